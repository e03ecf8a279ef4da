import { authorizeBucket, requestedBucket } from '../bucket-access.ts';
import { canonicalUserId } from '../canonical-user.ts';
import type { S3Core } from '../core.ts';
import { encoder, pageLimit } from '../listing-parameters.ts';
import type { S3Operation } from '../request.ts';
import type { Upload } from '../store/upload-store.ts';
import { document, element, xml } from '../xml.ts';
import { authorizedUpload } from './multipart.ts';

const owner = (accountId: string) => xml`<ID>${canonicalUserId(accountId)}</ID>`;

export const listParts =
  (core: S3Core): S3Operation =>
  async (request) => {
    const upload = await authorizedUpload(core, request, 's3:ListMultipartUploadParts');
    const { accountId } = await core.buckets.get(request.bucket);
    const limit = pageLimit(request.query, 'max-parts');
    const marker = pageLimit(request.query, 'part-number-marker', 0);
    const found = await core.uploads.parts(upload.id, marker, limit + 1);
    const shown = found.slice(0, limit);
    const truncated = found.length > shown.length;
    const { checksum } = upload;
    return {
      status: 200,
      body: document('ListPartsResult', [
        xml`<Bucket>${upload.bucket}</Bucket><Key>${upload.key}</Key><UploadId>${upload.id}</UploadId>`,
        xml`<Initiator>${owner(accountId)}</Initiator><Owner>${owner(accountId)}</Owner>`,
        element('StorageClass', upload.headers['x-amz-storage-class'] ?? 'STANDARD'),
        element('PartNumberMarker', marker),
        element('NextPartNumberMarker', shown.at(-1)?.number),
        xml`<MaxParts>${limit}</MaxParts><IsTruncated>${truncated}</IsTruncated>`,
        element('ChecksumAlgorithm', checksum?.algorithm),
        element('ChecksumType', checksum?.type),
        ...shown.map((part) =>
          element('Part', [
            xml`<PartNumber>${part.number}</PartNumber><LastModified>${part.modifiedAt.toISOString()}</LastModified>`,
            xml`<ETag>"${part.etag}"</ETag><Size>${part.bytes}</Size>`,
            element(`Checksum${checksum?.algorithm}`, part.checksum),
          ]),
        ),
      ]),
    };
  };

interface UploadPage {
  readonly uploads: readonly Upload[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  readonly nextKey: string;
  readonly nextId: string;
}

/** Uploads are few, so grouping by delimiter walks over all of them. */
async function pageOfUploads(
  core: S3Core,
  bucket: string,
  page: { prefix: string; delimiter: string; keyMarker: string; idMarker: string; limit: number },
): Promise<UploadPage> {
  const { prefix, delimiter, limit } = page;
  const uploads: Upload[] = [];
  const groups: string[] = [];
  let [keyMarker, idMarker] = [page.keyMarker, page.idMarker];
  for (;;) {
    const found = await core.uploads.list(bucket, { prefix, keyMarker, idMarker, limit: 1_000 });
    for (const upload of found) {
      const at = delimiter === '' ? -1 : upload.key.indexOf(delimiter, prefix.length);
      const group = at < 0 ? null : upload.key.slice(0, at + delimiter.length);
      const known = group !== null && (group === groups.at(-1) || page.keyMarker.startsWith(group));
      if (!known && uploads.length + groups.length === limit) {
        return {
          uploads,
          commonPrefixes: groups,
          truncated: true,
          nextKey: keyMarker,
          nextId: idMarker,
        };
      }
      [keyMarker, idMarker] = [upload.key, upload.id];
      if (group === null) uploads.push(upload);
      else if (!known) groups.push(group);
    }
    if (found.length < 1_000) {
      return { uploads, commonPrefixes: groups, truncated: false, nextKey: '', nextId: '' };
    }
  }
}

export const listMultipartUploads =
  (core: S3Core): S3Operation =>
  async (request) => {
    const { query } = request;
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:ListBucketMultipartUploads');
    const limit = pageLimit(query, 'max-uploads');
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter') ?? '';
    const keyMarker = query.get('key-marker') ?? '';
    const idMarker = query.get('upload-id-marker') ?? '';
    const encode = encoder(query);
    const page = await pageOfUploads(core, bucket.name, {
      prefix,
      delimiter,
      keyMarker,
      idMarker,
      limit,
    });
    return {
      status: 200,
      body: document('ListMultipartUploadsResult', [
        xml`<Bucket>${bucket.name}</Bucket><KeyMarker>${encode(keyMarker)}</KeyMarker><UploadIdMarker>${idMarker}</UploadIdMarker>`,
        element('NextKeyMarker', page.truncated ? encode(page.nextKey) : null),
        element('NextUploadIdMarker', page.truncated ? page.nextId : null),
        element('Prefix', encode(prefix)),
        element('Delimiter', delimiter === '' ? null : encode(delimiter)),
        element('EncodingType', query.get('encoding-type')),
        xml`<MaxUploads>${limit}</MaxUploads><IsTruncated>${page.truncated}</IsTruncated>`,
        ...page.uploads.map((upload) =>
          element('Upload', [
            xml`<Key>${encode(upload.key)}</Key><UploadId>${upload.id}</UploadId>`,
            xml`<Initiator>${owner(bucket.accountId)}</Initiator><Owner>${owner(bucket.accountId)}</Owner>`,
            xml`<StorageClass>${upload.headers['x-amz-storage-class'] ?? 'STANDARD'}</StorageClass>`,
            xml`<Initiated>${upload.initiatedAt.toISOString()}</Initiated>`,
            element('ChecksumAlgorithm', upload.checksum?.algorithm),
            element('ChecksumType', upload.checksum?.type),
          ]),
        ),
        ...page.commonPrefixes.map(
          (group) => xml`<CommonPrefixes><Prefix>${encode(group)}</Prefix></CommonPrefixes>`,
        ),
      ]),
    };
  };
