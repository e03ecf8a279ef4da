import type { z } from 'zod';
import type { BinaryBody, Operation } from './operation.ts';
import { isBinary } from './operation.ts';
import { type Problem, problem } from './problems.ts';

/** Bytes as `fetch` takes them, in browsers and in Node. */
export type BinaryContent = NonNullable<RequestInit['body']>;

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

type Part<Definition, Key extends string> = Definition extends { readonly [K in Key]: infer Value }
  ? Value
  : undefined;

type Body<Definition> =
  Part<Definition, 'body'> extends BinaryBody ? BinaryContent : Input<Part<Definition, 'body'>>;

type Given<Name extends string, Value> = [Value] extends [undefined]
  ? { readonly [K in Name]?: never }
  : Record<never, unknown> extends Value
    ? { readonly [K in Name]?: Value }
    : { readonly [K in Name]: Value };

/** What a call of an operation takes. */
export type CallOf<Definition extends Operation> = Given<
  'params',
  Input<Part<Definition, 'params'>>
> &
  Given<'query', Input<Part<Definition, 'query'>>> &
  Given<'headers', Input<Part<Definition, 'headers'>>> &
  Given<'body', Body<Definition>> &
  (Definition['idempotency'] extends 'required'
    ? { readonly idempotencyKey: string }
    : { readonly idempotencyKey?: never }) & { readonly signal?: AbortSignal };

/** What a successful call answers: the body of whichever status it was. */
export type AnswerOf<Definition extends Operation> = Output<
  Definition['responses'][keyof Definition['responses']]
>;

/** A refusal or failure, as the service told it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(told: Problem) {
    super(told.detail ?? told.title);
    this.problem = told;
  }
}

export interface ClientOptions {
  /** Where the service answers, without a trailing slash: `https://crm.example/api/customer-management`. */
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  /** Called for every request: tokens, custom headers. */
  readonly headers?: () => Record<string, string> | Promise<Record<string, string>>;
}

export type Client<Operations extends Readonly<Record<string, Operation>>> = {
  readonly [Name in keyof Operations]: Record<never, unknown> extends CallOf<Operations[Name]>
    ? (call?: CallOf<Operations[Name]>) => Promise<AnswerOf<Operations[Name]>>
    : (call: CallOf<Operations[Name]>) => Promise<AnswerOf<Operations[Name]>>;
};

interface LooseCall {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** Path with parameters filled in and the query appended. */
export const urlOf = (
  operation: Operation,
  call: Pick<LooseCall, 'params' | 'query'> = {},
): string => {
  const path = operation.path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent(String(call.params?.[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? path : `${path}?${query}`;
};

const readProblem = async (response: Response): Promise<Problem> => {
  const read = problem.safeParse(await response.json().catch(() => null));
  if (read.success) return read.data;
  return {
    type: 'about:blank',
    title: response.statusText || 'The service did not answer as agreed',
    status: response.status,
    code: response.status >= 500 ? 'unavailable' : 'invalid_request',
    requestId: response.headers.get('x-request-id') ?? '',
  };
};

const call = async (
  operation: Operation,
  options: ClientOptions,
  given: LooseCall,
): Promise<unknown> => {
  const headers: Record<string, string> = { ...(await options.headers?.()), ...given.headers };
  if (given.idempotencyKey !== undefined) headers['idempotency-key'] = given.idempotencyKey;
  const binary = isBinary(operation.body);
  if (given.body !== undefined) {
    headers['content-type'] = binary ? 'application/octet-stream' : 'application/json';
  }
  const response = await (options.fetch ?? fetch)(options.baseUrl + urlOf(operation, given), {
    method: operation.method,
    headers,
    ...(given.body === undefined
      ? {}
      : { body: binary ? (given.body as BinaryContent) : JSON.stringify(given.body) }),
    ...(given.signal === undefined ? {} : { signal: given.signal }),
  });
  if (!response.ok) throw new ProblemError(await readProblem(response));
  const schema = operation.responses[response.status];
  if (schema === undefined || schema === null) return undefined;
  return schema.parse(await response.json());
};

/**
 * A typed client over the operations of one service. Answers are parsed by the contract, so that a service that drifts
 * from it is noticed at the call. Throws `ProblemError` for every answer that is not a success.
 */
export const createClient = <Operations extends Readonly<Record<string, Operation>>>(
  operations: Operations,
  options: ClientOptions,
): Client<Operations> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (given: LooseCall = {}) => call(operation, options, given),
    ]),
  ) as Client<Operations>;
