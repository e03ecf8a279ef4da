import { authorizeObject, requestedBucket } from '../bucket-access.ts';
import type { S3Core } from '../core.ts';
import { checkTags } from '../object-headers.ts';
import type { S3Operation } from '../request.ts';
import { malformedXml, noSuchKey } from '../s3-errors.ts';
import { childNode, childNodes, childText, document, element, readXml, xml } from '../xml.ts';

export const getObjectTagging =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeObject(request, bucket, request.key, 's3:GetObjectTagging');
    const object = await core.objects.find(bucket.name, request.key);
    if (!object) throw noSuchKey(request.key);
    const tags = Object.entries(object.tags).map(
      ([key, value]) => xml`<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`,
    );
    return { status: 200, body: document('Tagging', element('TagSet', tags)) };
  };

export const putObjectTagging =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeObject(request, bucket, request.key, 's3:PutObjectTagging');
    const set = childNode(await readXml(request.body, 'Tagging'), 'TagSet');
    if (!set) throw malformedXml();
    const nodes = childNodes(set, 'Tag');
    const tags = Object.fromEntries(
      nodes.map((node) => [childText(node, 'Key') ?? '', childText(node, 'Value') ?? '']),
    );
    checkTags(tags, nodes.length);
    if (!(await core.objects.setTags(bucket.name, request.key, tags))) throw noSuchKey(request.key);
    return { status: 200 };
  };

export const deleteObjectTagging =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeObject(request, bucket, request.key, 's3:DeleteObjectTagging');
    if (!(await core.objects.setTags(bucket.name, request.key, {}))) throw noSuchKey(request.key);
    return { status: 204 };
  };
