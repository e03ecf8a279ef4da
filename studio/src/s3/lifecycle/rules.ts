import { invalidArgument, malformedXml, notImplemented } from '../s3-errors.ts';
import {
  childNode,
  childNodes,
  childText,
  document,
  element,
  type Xml,
  type XmlNode,
  xml,
} from '../xml.ts';

export interface LifecycleRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly largerThanBytes: number | null;
  readonly smallerThanBytes: number | null;
  /** Objects go at the first midnight (UTC) this many days after they were put. */
  readonly expirationDays: number | null;
  /** Objects go from this midnight on; ISO 8601. */
  readonly expirationDate: string | null;
  /** Multipart uploads that are not completed are aborted. */
  readonly abortAfterDays: number | null;
}

function positive(node: XmlNode | null, name: string): number | null {
  const text = node && childText(node, name);
  if (text === null) return null;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw invalidArgument(`'${name}' must be a positive integer`, name, text);
}

function midnight(node: XmlNode | null): string | null {
  const text = node && childText(node, 'Date');
  if (text === null) return null;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw malformedXml();
  if (date.getTime() % 86_400_000 === 0) return date.toISOString();
  throw invalidArgument("'Date' must be at midnight GMT", 'Date', text);
}

/** What would be promised and not kept is refused. */
const unsupported = ['Transition', 'NoncurrentVersionTransition'];

function parseRule(node: XmlNode, index: number): LifecycleRule {
  for (const name of unsupported) if (node[name]) throw notImplemented(name);
  const status = childText(node, 'Status');
  if (status !== 'Enabled' && status !== 'Disabled') throw malformedXml();
  const filter = childNode(node, 'Filter');
  const both = filter && childNode(filter, 'And');
  const where = both ?? filter ?? node;
  const expiration = childNode(node, 'Expiration');
  const rule: LifecycleRule = {
    id: childText(node, 'ID') ?? `rule-${index + 1}`,
    enabled: status === 'Enabled',
    prefix: childText(where, 'Prefix') ?? '',
    tags: Object.fromEntries(
      childNodes(where, 'Tag').map((tag) => [
        childText(tag, 'Key') ?? '',
        childText(tag, 'Value') ?? '',
      ]),
    ),
    largerThanBytes: positive(where, 'ObjectSizeGreaterThan'),
    smallerThanBytes: positive(where, 'ObjectSizeLessThan'),
    expirationDays: positive(expiration, 'Days'),
    expirationDate: midnight(expiration),
    abortAfterDays: positive(
      childNode(node, 'AbortIncompleteMultipartUpload'),
      'DaysAfterInitiation',
    ),
  };
  const acts =
    rule.expirationDays ??
    rule.expirationDate ??
    rule.abortAfterDays ??
    node.NoncurrentVersionExpiration;
  if (!acts && !childText(expiration ?? {}, 'ExpiredObjectDeleteMarker')) throw malformedXml();
  return rule;
}

export function parseLifecycle(body: XmlNode): LifecycleRule[] {
  const nodes = childNodes(body, 'Rule');
  if (nodes.length === 0 || nodes.length > 1_000) throw malformedXml();
  const rules = nodes.map(parseRule);
  if (new Set(rules.map(({ id }) => id)).size < rules.length) {
    throw invalidArgument('Rule ID must be unique. Found same ID for more than one rule');
  }
  return rules;
}

function renderFilter(rule: LifecycleRule): Xml {
  const parts = [
    ...(rule.prefix === '' ? [] : [element('Prefix', rule.prefix)]),
    ...Object.entries(rule.tags).map(
      ([key, value]) => xml`<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`,
    ),
    ...(rule.largerThanBytes ? [element('ObjectSizeGreaterThan', rule.largerThanBytes)] : []),
    ...(rule.smallerThanBytes ? [element('ObjectSizeLessThan', rule.smallerThanBytes)] : []),
  ];
  if (parts.length === 0) return xml`<Filter><Prefix></Prefix></Filter>`;
  return element('Filter', parts.length === 1 ? parts : element('And', parts));
}

export const renderLifecycle = (rules: readonly LifecycleRule[]): Xml =>
  document(
    'LifecycleConfiguration',
    rules.map((rule) =>
      element('Rule', [
        element('ID', rule.id),
        renderFilter(rule),
        element('Status', rule.enabled ? 'Enabled' : 'Disabled'),
        element('Expiration', rule.expirationDays && element('Days', rule.expirationDays)),
        element('Expiration', rule.expirationDate && element('Date', rule.expirationDate)),
        element(
          'AbortIncompleteMultipartUpload',
          rule.abortAfterDays && element('DaysAfterInitiation', rule.abortAfterDays),
        ),
      ]),
    ),
  );
