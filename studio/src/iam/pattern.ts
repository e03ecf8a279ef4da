import type { ConditionContext } from './conditions.ts';

/** `*`, `?`, or one character. What a variable brought is never a wildcard nor a separator of an ARN. */
type Token =
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'char'; readonly char: string; readonly separator: boolean };

const any: Token = { kind: 'any' };
const one: Token = { kind: 'one' };
const literal = (text: string, separators: boolean): Token[] =>
  [...text].map((char) => ({ kind: 'char', char, separator: separators && char === ':' }));

/** Null when a variable has no value: then the pattern matches nothing. */
export type Pattern = readonly Token[] | null;

/**
 * Reads `*`, `?` and, when `context` is given, policy variables: `${aws:PrincipalTag/x}`, `${key, 'default'}`, and
 * `${*}`, `${?}`, `${$}` for the characters themselves.
 */
export function compilePattern(text: string, context: ConditionContext | null): Pattern {
  const tokens: Token[] = [];
  for (const part of text.matchAll(/\$\{([^}]*)\}|[\s\S]/gu)) {
    const [whole, variable] = part;
    if (variable === undefined || !context) {
      if (whole === '*') tokens.push(any);
      else if (whole === '?') tokens.push(one);
      else tokens.push(...literal(whole, true));
      continue;
    }
    const value = variableValue(variable, context);
    if (value === null) return null;
    tokens.push(...literal(value, false));
  }
  return tokens;
}

function variableValue(variable: string, context: ConditionContext): string | null {
  if (['*', '?', '$'].includes(variable)) return variable;
  const [, name = variable, fallback] = /^(.*?)\s*,\s*'(.*)'\s*$/.exec(variable) ?? [];
  const values = context.get(name.trim().toLowerCase());
  // A key with several values has no one text to put in.
  if (values?.length === 1) return values[0] ?? null;
  return fallback ?? null;
}

/** Whether the whole text fits; time grows with the product of both lengths at worst. */
export function matches(pattern: Pattern, text: string): boolean {
  if (!pattern) return false;
  const characters = [...text];
  let at = 0;
  let next = 0;
  let star = -1;
  let starAt = 0;
  while (at < characters.length) {
    const token = pattern[next];
    if (token?.kind === 'any') {
      star = next;
      starAt = at;
      next += 1;
    } else if (token && (token.kind === 'one' || token.char === characters[at])) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      starAt += 1;
      at = starAt;
      next = star + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(next).every((token) => token.kind === 'any');
}

/** As `matches`, but a wildcard before the resource part stays within its field of the ARN. */
export function matchesArn(pattern: Pattern, arn: string): boolean {
  if (!pattern) return false;
  const patternFields = split(pattern, (token) => token.kind === 'char' && token.separator);
  if (patternFields.length < 6) return matches(pattern, arn);
  const fields = split([...arn], (character) => character === ':');
  if (fields.length < 6) return false;
  return patternFields.every((field, index) => matches(field, (fields[index] ?? []).join('')));
}

/** Six fields at most, the last with all that is left. */
function split<Item>(items: readonly Item[], isSeparator: (item: Item) => boolean): Item[][] {
  const fields: Item[][] = [[]];
  for (const item of items) {
    if (fields.length < 6 && isSeparator(item)) fields.push([]);
    else fields.at(-1)?.push(item);
  }
  return fields;
}
