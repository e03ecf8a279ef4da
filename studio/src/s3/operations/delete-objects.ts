import { AwsError } from '../../wire/errors.ts';
import { authorizeObject, requestedBucket } from '../bucket-access.ts';
import { writeCondition } from '../conditions.ts';
import type { S3Core } from '../core.ts';
import type { S3Operation } from '../request.ts';
import { malformedXml, preconditionFailed } from '../s3-errors.ts';
import { childNodes, childText, document, readXml, xml } from '../xml.ts';

const maxKeys = 1_000;

export const deleteObject =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeObject(request, bucket, request.key, 's3:DeleteObject');
    const condition = writeCondition(request.headers);
    const ifEtag = condition && 'ifEtag' in condition ? condition.ifEtag : null;
    if (!(await core.objects.delete(bucket.name, request.key, ifEtag))) {
      throw preconditionFailed('If-Match');
    }
    return { status: 204 };
  };

/** Each key is allowed or refused by itself; refused ones are named in an answer that is 200 all the same. */
export const deleteObjects =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    const body = await readXml(request.body, 'Delete');
    const keys = childNodes(body, 'Object').map((node) => childText(node, 'Key'));
    const quiet = childText(body, 'Quiet')?.trim() === 'true';
    if (keys.length === 0 || keys.length > maxKeys) throw malformedXml();

    const allowed: string[] = [];
    const refused: { key: string; error: AwsError }[] = [];
    for (const key of keys) {
      if (key === null || key === '') throw malformedXml();
      try {
        await authorizeObject(request, bucket, key, 's3:DeleteObject');
        allowed.push(key);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        refused.push({ key, error });
      }
    }
    await core.objects.deleteMany(bucket.name, allowed);
    return {
      status: 200,
      body: document('DeleteResult', [
        ...(quiet ? [] : allowed).map((key) => xml`<Deleted><Key>${key}</Key></Deleted>`),
        ...refused.map(
          ({ key, error }) =>
            xml`<Error><Key>${key}</Key><Code>${error.code}</Code><Message>${error.message}</Message></Error>`,
        ),
      ]),
    };
  };
