import type { AccessRequest } from '../iam/access.ts';
import type { OperationContext } from '../wire/operation.ts';
import { invalidParameter } from './logs-errors.ts';

type Where = Pick<OperationContext, 'caller' | 'region'>;

const groupPattern = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const streamPattern = /^[^:*\0]{1,512}$/;

const failed = (value: unknown, member: string, pattern: RegExp) =>
  invalidParameter(
    `1 validation error detected: Value '${String(value).slice(0, 100)}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
  );

export function groupName(value: unknown): string {
  if (typeof value === 'string' && groupPattern.test(value)) return value;
  throw failed(value ?? '', 'logGroupName', groupPattern);
}

export function streamName(value: unknown): string {
  if (typeof value === 'string' && streamPattern.test(value)) return value;
  throw failed(value ?? '', 'logStreamName', streamPattern);
}

/** A group by its name, or by its name or ARN in `logGroupIdentifier`. Another account's ARN names none of ours. */
export function identifiedGroup(
  input: { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined },
  { caller, region }: Where,
): string {
  const identifier = optionalText(input.logGroupIdentifier, 'logGroupIdentifier');
  if (identifier === undefined) return groupName(input.logGroupName);
  const own = `arn:aws:logs:${region}:${caller.accountId}:log-group:`;
  const name = identifier.startsWith(own) ? identifier.slice(own.length) : identifier;
  return groupName(name.replace(/:\*$/, ''));
}

/** With the end that Amazon puts behind groups, so that policies for `…:log-group:name:*` fit. */
export const groupArn = ({ caller, region }: Where, group: string, stream = ''): string =>
  `arn:aws:logs:${region}:${caller.accountId}:log-group:${group}:log-stream:${stream}`;

export const groupAccess = (action: string, where: Where, group: string): AccessRequest[] => [
  { action: `logs:${action}`, resource: groupArn(where, group) },
];

export const streamAccess = (
  action: string,
  where: Where,
  group: string,
  stream: string,
): AccessRequest[] => [{ action: `logs:${action}`, resource: groupArn(where, group, stream) }];

/** A text that a client may leave out; what JSON brought instead is refused. U+0000 fits nothing that is stored. */
export function optionalText(value: unknown, member: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value.length <= 2_048) return value.replaceAll('\0', '\ufffd');
  throw invalidParameter(`${member} must be a text of at most 2048 characters`);
}

/** A count between 1 and `most`. */
export function pageLimit(value: number | undefined, most: number, otherwise = most): number {
  if (value === undefined) return otherwise;
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw invalidParameter(
    `1 validation error detected: Value '${value}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
  );
}

/** A time in milliseconds; null when none is given. */
export function timeMs(value: number | undefined, member: string): number | null {
  if (value === undefined) return null;
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidParameter(`${member} must be a number of milliseconds`);
}
