import { AwsError } from '../wire/errors.ts';

const s3Error =
  (status: number, code: string, message: string) =>
  (details: Record<string, unknown> = {}): AwsError =>
    new AwsError(code, message, { status, details });

/** Amazon's own texts; clients show them and some parse them. */
export const noSuchBucket = (name: string): AwsError =>
  s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist')({ BucketName: name });
export const noSuchKey = (key: string): AwsError =>
  s3Error(404, 'NoSuchKey', 'The specified key does not exist.')({ Key: key });
export const noSuchUpload = (uploadId: string): AwsError =>
  s3Error(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  )({ UploadId: uploadId });
export const bucketExists = (name: string): AwsError =>
  s3Error(
    409,
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
  )({ BucketName: name });
export const bucketNotEmpty = (name: string): AwsError =>
  s3Error(
    409,
    'BucketNotEmpty',
    'The bucket you tried to delete is not empty',
  )({ BucketName: name });
export const invalidBucketName = (name: string): AwsError =>
  s3Error(400, 'InvalidBucketName', 'The specified bucket is not valid.')({ BucketName: name });
export const keyTooLong = s3Error(400, 'KeyTooLongError', 'Your key is too long');
export const accessDeniedBare = s3Error(403, 'AccessDenied', 'Access Denied');
export const malformedXml = s3Error(
  400,
  'MalformedXML',
  'The XML you provided was not well-formed or did not validate against our published schema',
);
export const messageTooLong = s3Error(
  400,
  'MaxMessageLengthExceeded',
  'Your request was too large.',
);
export const preconditionFailed = (condition: string): AwsError =>
  s3Error(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
  )({ Condition: condition });
export const invalidRange = (requested: string, bytes: number): AwsError =>
  s3Error(
    416,
    'InvalidRange',
    'The requested range is not satisfiable',
  )({ RangeRequested: requested, ActualObjectSize: String(bytes) });
export const badChecksum = (algorithm: string): AwsError =>
  s3Error(
    400,
    'BadDigest',
    `The ${algorithm} you specified did not match the calculated checksum.`,
  )();
export const invalidDigest = s3Error(
  400,
  'InvalidDigest',
  'The Content-MD5 you specified was invalid.',
);
export const missingContentLength = s3Error(
  411,
  'MissingContentLength',
  'You must provide the Content-Length HTTP header.',
);
export const entityTooLarge = s3Error(
  400,
  'EntityTooLarge',
  'Your proposed upload exceeds the maximum allowed size',
);
export const entityTooSmall = s3Error(
  400,
  'EntityTooSmall',
  'Your proposed upload is smaller than the minimum allowed size',
);
export const metadataTooLarge = s3Error(
  400,
  'MetadataTooLarge',
  'Your metadata headers exceed the maximum allowed metadata size',
);
export const invalidPart = s3Error(
  400,
  'InvalidPart',
  "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
);
export const invalidPartOrder = s3Error(
  400,
  'InvalidPartOrder',
  'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
);
export const invalidArgument = (message: string, name?: string, value?: string): AwsError =>
  s3Error(
    400,
    'InvalidArgument',
    message,
  )({
    ...(name === undefined ? {} : { ArgumentName: name }),
    ...(value === undefined ? {} : { ArgumentValue: value }),
  });
export const invalidRequest = (message: string): AwsError =>
  s3Error(400, 'InvalidRequest', message)();
export const malformedPolicy = (message: string): AwsError =>
  s3Error(400, 'MalformedPolicy', message)();
export const noSuchBucketPolicy = (name: string): AwsError =>
  s3Error(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist')({ BucketName: name });
export const noSuchLifecycle = (name: string): AwsError =>
  s3Error(
    404,
    'NoSuchLifecycleConfiguration',
    'The lifecycle configuration does not exist',
  )({ BucketName: name });
export const notImplemented = (header: string): AwsError =>
  s3Error(
    501,
    'NotImplemented',
    'A header or query you provided implies functionality that is not implemented.',
  )({ Header: header });
export const diskFull = s3Error(
  503,
  'ServiceUnavailable',
  'The disk of this machine is almost full. Delete objects, or ask the operator for room.',
);
export const clientGone = s3Error(
  400,
  'RequestTimeout',
  'Your socket connection to the server was not read from or written to within the timeout period.',
);
export const methodNotAllowed = (method: string): AwsError =>
  s3Error(
    405,
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
  )({ Method: method });
