import { expect, test } from 'vitest';
import { placeOf } from './download.ts';
import { checkImage } from './images.ts';
import { limitsOf } from './instance-sizes.ts';
import { createLongPoll } from './long-poll.ts';
import { below, s3Location, s3UriOf } from './s3-location.ts';
import { failureReason } from './tenant-file.ts';

test.each([
  ['data/train/', 'data/train/part/a.csv', 'part/a.csv'],
  ['data/train', 'data/train/a.csv', 'a.csv'],
  ['data/a.csv', 'data/a.csv', 'a.csv'],
  ['', 'a.csv', 'a.csv'],
])('below %j the object %j is the file %j', (prefix, key, place) => {
  expect(placeOf(prefix, key)).toBe(place);
});

test.each(['data/../../etc/passwd', 'data/..', 'data/./a', 'data/a\0b'])(
  'the key %j never becomes a path',
  (key) => {
    expect(() => placeOf('data/', key)).toThrow(/cannot be a file name/u);
  },
);

test('locations join without doubled slashes', () => {
  expect(s3UriOf(below(s3Location('s3://bucket/jobs/'), 'name', 'output'))).toBe(
    's3://bucket/jobs/name/output',
  );
  expect(s3UriOf(below(s3Location('s3://bucket'), 'name'))).toBe('s3://bucket/name');
  expect(() => s3Location('file:///etc/passwd')).toThrow(/no S3 location/u);
});

test.each([
  'atelier/workbench',
  'localhost/atelier/workbench:latest',
  '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3',
  '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost@sha256:00ff',
])('%s stands for the workbench image', (image) => {
  expect(() => checkImage(image)).not.toThrow();
});

test.each(['alpine', 'evil/sagemaker-scikit-learn-x', 'sagemaker-scikit-learn/evil', ''])(
  'the image %j is refused',
  (image) => {
    expect(() => checkImage(image)).toThrow(/not available here/u);
  },
);

test('accelerators and unknown sizes are refused', () => {
  expect(limitsOf('ml.m5.large').memoryBytes).toBe(4 * 1024 ** 3);
  for (const type of ['ml.p3.2xlarge', 'ml.g5.xlarge', 'ml.m5.metal', 'm5.large', 'local']) {
    expect(() => limitsOf(type)).toThrow(/not available here/u);
  }
});

test('a long reason keeps its end, where a traceback says what happened', () => {
  const reason = failureReason('AlgorithmError', `${'x'.repeat(5000)}ValueError: the cause`);
  expect(reason).toHaveLength(1024);
  expect(reason).toMatch(/^AlgorithmError: …x+ValueError: the cause$/u);
});

test('a first question is answered at once, a repeated one when something changes', async () => {
  const longPoll = createLongPoll(10_000);
  let version = 1;
  const ask = () =>
    longPoll.hold(
      'caller',
      async () => ({ arn: 'arn', version }),
      () => true,
      new AbortController().signal,
    );
  expect((await ask()).version).toBe(1);
  const second = ask();
  setTimeout(() => {
    version = 2;
    longPoll.changed('arn');
  }, 20);
  expect((await second).version).toBe(2);
});

test('a question held is answered in the end, and at once when nothing is under way', async () => {
  const longPoll = createLongPoll(20);
  const load = async () => ({ arn: 'arn', version: 1 });
  const { signal } = new AbortController();
  await longPoll.hold('caller', load, () => true, signal);
  expect((await longPoll.hold('caller', load, () => true, signal)).version).toBe(1);
  const never = createLongPoll(1e9);
  await never.hold('caller', load, () => false, signal);
  expect((await never.hold('caller', load, () => false, signal)).version).toBe(1);
});
