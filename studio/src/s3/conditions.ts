import type { Headers } from './request.ts';
import { notImplemented, preconditionFailed } from './s3-errors.ts';
import type { WriteCondition } from './store/conditions.ts';
import type { StoredObject } from './store/stored-object.ts';

type Validators = Pick<StoredObject, 'etag' | 'modifiedAt'>;

const bareEtag = (text: string): string => text.trim().replace(/^W\//, '').replace(/^"|"$/g, '');

const names = (list: string, etag: string): boolean =>
  list.trim() === '*' || list.split(',').some((item) => bareEtag(item) === etag);

/** Seconds, as HTTP dates have them; NaN when the text is no date, and then nothing compares true. */
const seconds = (text: string): number => Math.floor(Date.parse(text) / 1000);

interface ReadConditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
}

const conditionsOf = (headers: Headers, prefix: string): ReadConditions => ({
  ifMatch: headers[`${prefix}if-match`],
  ifNoneMatch: headers[`${prefix}if-none-match`],
  ifModifiedSince: headers[`${prefix}if-modified-since`],
  ifUnmodifiedSince: headers[`${prefix}if-unmodified-since`],
});

/** The name of the condition that does not hold, by HTTP's order of precedence. */
function unmet(conditions: ReadConditions, object: Validators): keyof ReadConditions | null {
  const modified = Math.floor(object.modifiedAt.getTime() / 1000);
  if (conditions.ifMatch !== undefined) {
    if (!names(conditions.ifMatch, object.etag)) return 'ifMatch';
  } else if (conditions.ifUnmodifiedSince !== undefined) {
    if (modified > seconds(conditions.ifUnmodifiedSince)) return 'ifUnmodifiedSince';
  }
  if (conditions.ifNoneMatch !== undefined) {
    if (names(conditions.ifNoneMatch, object.etag)) return 'ifNoneMatch';
  } else if (conditions.ifModifiedSince !== undefined) {
    if (modified <= seconds(conditions.ifModifiedSince)) return 'ifModifiedSince';
  }
  return null;
}

const titles = {
  ifMatch: 'If-Match',
  ifNoneMatch: 'If-None-Match',
  ifModifiedSince: 'If-Modified-Since',
  ifUnmodifiedSince: 'If-Unmodified-Since',
} as const;

/** False when the client's copy is still good (304). Throws `PreconditionFailed`. */
export function isModifiedFor(headers: Headers, object: Validators): boolean {
  const failed = unmet(conditionsOf(headers, ''), object);
  if (failed === 'ifNoneMatch' || failed === 'ifModifiedSince') return false;
  if (failed) throw preconditionFailed(titles[failed]);
  return true;
}

/** Throws `PreconditionFailed` whatever the condition: a copy has no 304. */
export function checkCopyConditions(headers: Headers, source: Validators): void {
  const failed = unmet(conditionsOf(headers, 'x-amz-copy-source-'), source);
  if (failed) throw preconditionFailed(`x-amz-copy-source-${titles[failed]}`);
}

/** S3 writes know `If-None-Match: *` and `If-Match: <etag>`; anything else it says it does not do. */
export function writeCondition(headers: Headers): WriteCondition {
  const ifNoneMatch = headers['if-none-match'];
  const ifMatch = headers['if-match'];
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() !== '*' || ifMatch !== undefined) throw notImplemented('If-None-Match');
    return { ifAbsent: true };
  }
  return ifMatch === undefined ? null : { ifEtag: bareEtag(ifMatch) };
}
