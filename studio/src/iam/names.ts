import { randomInt } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** AWS's unique ids: a prefix that says the kind, then 16 or 17 characters. */
const uniqueId = (prefix: string, length: number): string =>
  prefix + Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

export const newRoleId = (): string => uniqueId('AROA', 17);
export const newSessionKeyId = (): string => uniqueId('ASIA', 16);
export const newServiceKeyId = (): string => uniqueId('AKIA', 16);

export const roleArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:role${path}${name}`;

export const sessionArn = (accountId: string, roleName: string, sessionName: string): string =>
  `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;

/** Null when it is no role's ARN. */
export function parseRoleArn(arn: string): { accountId: string; name: string } | null {
  const match = /^arn:aws:iam::(\d{12}):role\/(?:[\x21-\x7e]*\/)?([\w+=,.@-]{1,64})$/.exec(arn);
  return match?.[1] && match[2] ? { accountId: match[1], name: match[2] } : null;
}
