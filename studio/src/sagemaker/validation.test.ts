import { expect, test } from 'vitest';
import { z } from 'zod';
import { trainingJobRequest } from './training/training-job.ts';
import { environment, read, resourceName, tagList } from './validation.ts';

const faultOf = (schema: z.ZodType, input: unknown): { code: string; message: string } => {
  try {
    read(schema, input);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('it was accepted');
};

test('an absent member is named in Amazon’s words', () => {
  expect(faultOf(z.object({ ModelName: resourceName }), {})).toMatchObject({
    code: 'ValidationException',
    message:
      "1 validation error detected: Value 'null' at 'modelName' failed to satisfy constraint: Member must not be null",
  });
});

test('several faults are told together, with the path of a list’s member', () => {
  const { message } = faultOf(trainingJobRequest, {
    TrainingJobName: 'x'.repeat(64),
    InputDataConfig: [
      {
        ChannelName: 'a b',
        DataSource: { S3DataSource: { S3DataType: 'Else', S3Uri: 's3://bucket/key' } },
      },
    ],
  });
  expect(message).toMatch(/^\d+ validation errors detected: /u);
  expect(message).toContain(
    "at 'trainingJobName' failed to satisfy constraint: Member must have length less than or equal to 63",
  );
  expect(message).toContain("Value 'a b' at 'inputDataConfig.1.member.channelName'");
  expect(message).toContain('Member must satisfy enum value set: [ManifestFile, S3Prefix');
});

test('a wrong type is no constraint', () => {
  expect(faultOf(z.object({ ModelName: resourceName }), { ModelName: 7 }).code).toBe(
    'SerializationException',
  );
});

test.each(['', '-a', 'a-', 'a_b', 'a/b', '../x', 'x'.repeat(64)])(
  '%j is no resource name',
  (name) => {
    expect(faultOf(resourceName, name).code).toBe('ValidationException');
  },
);

test('limits of tags and environment hold', () => {
  const many = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`A${index}`, '1']));
  expect(read(environment, many(100))).toEqual(many(100));
  expect(faultOf(environment, many(101)).code).toBe('ValidationException');
  expect(
    faultOf(
      tagList,
      Array.from({ length: 51 }, () => ({ Key: 'k', Value: 'v' })),
    ).code,
  ).toBe('ValidationException');
});
