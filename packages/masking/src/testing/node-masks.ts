import { createHmac } from 'node:crypto';

/** The masks again, written from their description and not from their SQL. */
const upperCase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export function pseudonym(
  value: string,
  { key, version, domain, email }: { key: string; version: number; domain: string; email: boolean },
): string {
  const white = new Set([' ', '\t', '\n', '\r']);
  const letters = [...value];
  while (white.has(letters.at(0) ?? '')) letters.shift();
  while (white.has(letters.at(-1) ?? '')) letters.pop();
  const canonical = letters
    .map((letter) => (email && upperCase.includes(letter) ? letter.toLowerCase() : letter))
    .join('');
  const hmac = createHmac('sha256', key).update(`v${version}:${domain}:${canonical}`);
  return hmac.digest('hex').slice(0, 32);
}

export function partialCharacters(value: string, keepStart: number, keepEnd: number): string {
  const letters = [...value];
  if (letters.length <= keepStart + keepEnd) return '***';
  const end = keepEnd === 0 ? [] : letters.slice(-keepEnd);
  return `${letters.slice(0, keepStart).join('')}***${end.join('')}`;
}

export function partialEmail(value: string, keepDomain: boolean): string {
  if (value.indexOf('@') < 1) return '***';
  const domain = value.slice(value.lastIndexOf('@') + 1);
  return `${[...value][0]}***@${keepDomain ? domain : '***'}`;
}

export function partialPhone(value: string, keepEnd: number): string {
  const digits = [...value].filter((letter) => letter >= '0' && letter <= '9');
  if (digits.length < keepEnd + 4) return '***';
  return `***${keepEnd === 0 ? '' : digits.slice(-keepEnd).join('')}`;
}

export function truncateDate(value: Date, unit: string): Date {
  const [year, month, day] = [value.getUTCFullYear(), value.getUTCMonth(), value.getUTCDate()];
  // Date.UTC takes years below 100 for years after 1900.
  const at = (y: number, m: number, d: number): Date => {
    const date = new Date(0);
    date.setUTCFullYear(y, m, d);
    return date;
  };
  switch (unit) {
    case 'day':
      return at(year, month, day);
    case 'week':
      return at(year, month, day - ((value.getUTCDay() + 6) % 7));
    case 'month':
      return at(year, month, 1);
    case 'quarter':
      return at(year, month - (month % 3), 1);
    default:
      return at(year, 0, 1);
  }
}
