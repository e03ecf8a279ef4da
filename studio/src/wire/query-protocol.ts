import { AwsError } from './errors.ts';
import type { RpcService } from './operation.ts';
import { escapeXml, toXml } from './xml.ts';

export type QueryInput = { [name: string]: string | QueryInput | QueryList };
type QueryList = (string | QueryInput)[];

const maxMembers = 1_000;

/**
 * Form fields to nested input: `Tags.member.1.Key=a` becomes `{ Tags: [{ Key: 'a' }] }`. Values stay text; each
 * operation reads numbers and booleans itself. Throws `AwsError` on fields that contradict each other.
 */
export function parseQuery(form: URLSearchParams): QueryInput {
  const root: Tree = new Map();
  for (const [name, value] of form) {
    if (name === 'Action' || name === 'Version') continue;
    insert(root, name.split('.'), value);
  }
  return toInput(root) as QueryInput;
}

type Tree = Map<string, Tree | string>;

function insert(tree: Tree, path: readonly string[], value: string): void {
  const [head, ...rest] = path;
  if (head === undefined || path.length > 12) throw malformed(path.join('.'));
  if (rest.length === 0) {
    if (tree.get(head) instanceof Map) throw malformed(head);
    tree.set(head, value);
    return;
  }
  const next = tree.get(head) ?? new Map();
  if (typeof next === 'string') throw malformed(head);
  tree.set(head, next);
  insert(next, rest, value);
}

function toInput(node: Tree | string): string | QueryInput | QueryList {
  if (typeof node === 'string') return node;
  const members = node.get('member');
  if (node.size === 1 && members instanceof Map) {
    const indexes = [...members.keys()].map(Number).sort((a, b) => a - b);
    if (indexes.some((index) => !Number.isInteger(index) || index < 1 || index > maxMembers)) {
      throw malformed('member');
    }
    return indexes.map((index) => toInput(members.get(String(index)) ?? '') as string | QueryInput);
  }
  return Object.fromEntries([...node].map(([name, child]) => [name, toInput(child)]));
}

const malformed = (name: string): AwsError =>
  new AwsError('MalformedQueryString', `The field ${name} cannot be read.`);

const namespace = (service: RpcService): string =>
  `https://${service.name}.amazonaws.com/doc/${service.target}/`;

export const renderQueryOutput = (
  service: RpcService,
  action: string,
  output: unknown,
  requestId: string,
): string =>
  `<${action}Response xmlns="${namespace(service)}"><${action}Result>${toXml(output)}</${action}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;

/** IAM, STS and CloudFormation name two common refusals without the suffix that JSON services use. */
const shortCodes: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ValidationException: 'ValidationError',
};

export const renderQueryError = (error: AwsError, requestId: string): string =>
  `<ErrorResponse><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${escapeXml(shortCodes[error.code] ?? error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
