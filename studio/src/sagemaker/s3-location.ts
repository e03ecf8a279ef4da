import { ClientError } from './errors.ts';

export interface S3Location {
  readonly bucket: string;
  /** Without a leading slash; may be empty or end with one. */
  readonly key: string;
}

/** Reads `s3://bucket/key`. Throws `ClientError`. */
export const s3Location = (uri: string): S3Location => {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/su.exec(uri);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new ClientError(`${uri} is no S3 location`);
  }
  return { bucket: match[1], key: match[2] };
};

export const below = ({ bucket, key }: S3Location, ...parts: readonly string[]): S3Location => ({
  bucket,
  key: [key.replace(/\/$/u, ''), ...parts].filter((part) => part !== '').join('/'),
});

export const s3UriOf = ({ bucket, key }: S3Location): string => `s3://${bucket}/${key}`;
