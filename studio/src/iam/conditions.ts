import { BlockList, isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { compilePattern, matches, matchesArn } from './pattern.ts';

/** Values by condition key in lower case: keys ignore case, values do not. */
export type ConditionContext = ReadonlyMap<string, readonly string[]>;

export interface ConditionTest {
  readonly operator: string;
  readonly key: string;
  holds(context: ConditionContext, variables: boolean): boolean;
}

/** Whether one value of the request fits one value of the policy. */
type Compare = (given: string, wanted: string, context: ConditionContext | null) => boolean;

const equalText =
  (fold: (text: string) => string): Compare =>
  (given, wanted, context) => {
    const pattern = compilePattern(escapeWildcards(wanted), context);
    if (!pattern) return false;
    const text = pattern.map((token) => (token.kind === 'char' ? token.char : '')).join('');
    return fold(text) === fold(given);
  };

/** `StringEquals` has no wildcards; escaping leaves the variables as the only thing to expand. */
const escapeWildcards = (text: string): string =>
  text.replace(/\$\{[^}]*\}|[*?]/g, (part) => (part.length === 1 ? `\${${part}}` : part));

const numeric =
  (compare: (given: number, wanted: number) => boolean): Compare =>
  (given, wanted) =>
    given.trim() !== '' && wanted.trim() !== '' && compare(Number(given), Number(wanted));

const date =
  (compare: (given: number, wanted: number) => boolean): Compare =>
  (given, wanted) =>
    compare(instant(given), instant(wanted));

const instant = (text: string): number =>
  /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);

const like: Compare = (given, wanted, context) => matches(compilePattern(wanted, context), given);
const arn: Compare = (given, wanted, context) => matchesArn(compilePattern(wanted, context), given);

const positive: Readonly<Record<string, Compare>> = {
  StringEquals: equalText((text) => text),
  StringEqualsIgnoreCase: equalText((text) => text.toLowerCase()),
  StringLike: like,
  ArnEquals: arn,
  ArnLike: arn,
  Bool: (given, wanted) => given.toLowerCase() === wanted.toLowerCase(),
  BinaryEquals: (given, wanted) => given === wanted,
  IpAddress: inSubnet,
  NumericEquals: numeric((given, wanted) => given === wanted),
  NumericLessThan: numeric((given, wanted) => given < wanted),
  NumericLessThanEquals: numeric((given, wanted) => given <= wanted),
  NumericGreaterThan: numeric((given, wanted) => given > wanted),
  NumericGreaterThanEquals: numeric((given, wanted) => given >= wanted),
  DateEquals: date((given, wanted) => given === wanted),
  DateLessThan: date((given, wanted) => given < wanted),
  DateLessThanEquals: date((given, wanted) => given <= wanted),
  DateGreaterThan: date((given, wanted) => given > wanted),
  DateGreaterThanEquals: date((given, wanted) => given >= wanted),
};

/** Each holds where none of its values fits by the operator it turns round. */
const negative: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NotIpAddress: 'IpAddress',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
};

/** Null when there is no such operator. */
export function parseConditions(
  operator: string,
  key: string,
  wanted: readonly string[],
): ConditionTest | null {
  const match = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(operator);
  if (!match?.[2]) return null;
  const [, qualifier, name, ifExists] = match;
  const contextKey = key.toLowerCase();
  if (name === 'Null') {
    if (qualifier || ifExists) return null;
    return {
      operator,
      key,
      holds: (context) => {
        const absent = !context.get(contextKey)?.length;
        return wanted.some((value) => (value.toLowerCase() === 'true') === absent);
      },
    };
  }
  const negated = Object.hasOwn(negative, name);
  const compareName = negated ? (negative[name] ?? name) : name;
  const compare = Object.hasOwn(positive, compareName) ? positive[compareName] : undefined;
  if (!compare) return null;

  return {
    operator,
    key,
    holds: (context, variables) => {
      const given = context.get(contextKey);
      if (!given?.length) {
        if (ifExists || qualifier === 'ForAllValues') return true;
        return qualifier === 'ForAnyValue' ? false : negated;
      }
      const fits = (value: string): boolean =>
        wanted.some((text) => compare(value, text, variables ? context : null)) !== negated;
      const every = qualifier === 'ForAllValues' || (negated && qualifier !== 'ForAnyValue');
      return every ? given.every(fits) : given.some(fits);
    },
  };
}

const subnets = new LRUCache<string, BlockList>({ max: 500 });

function inSubnet(given: string, wanted: string): boolean {
  const family = isIP(given);
  if (family === 0) return false;
  const block = subnets.get(wanted) ?? parseSubnet(wanted);
  if (!block) return false;
  subnets.set(wanted, block);
  return block.check(given, family === 6 ? 'ipv6' : 'ipv4');
}

function parseSubnet(text: string): BlockList | null {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  const length = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
  if (
    family === 0 ||
    !Number.isInteger(length) ||
    length < 0 ||
    length > (family === 6 ? 128 : 32)
  ) {
    return null;
  }
  const block = new BlockList();
  block.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
  return block;
}
