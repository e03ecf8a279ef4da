import type { ServerResponse } from 'node:http';
import type { Logger } from '../logger.ts';
import { AuthenticationError, authenticationErrorFor } from './authentication-error.ts';
import { type Call, type CallDeps, type CallOptions, openCall } from './call.ts';
import { AwsError } from './errors.ts';
import { parseJson, renderJson, renderJsonError } from './json-protocol.ts';
import type { AnyOperation } from './operation.ts';
import { parseQuery, renderQueryError, renderQueryOutput } from './query-protocol.ts';
import type { FoundOperation } from './services.ts';
import { sha256Hex } from './sigv4.ts';

/** What differs between JSON 1.1 and the query protocol. */
interface Protocol {
  readonly contentType: string;
  readonly parse: (body: Uint8Array, query: URLSearchParams) => unknown;
  readonly render: (found: FoundOperation, output: unknown, requestId: string) => string;
  readonly renderError: (error: AwsError, requestId: string) => string;
  readonly unknownOperation: (found: FoundOperation) => AwsError;
}

export const jsonProtocol: Protocol = {
  contentType: 'application/x-amz-json-1.1',
  parse: (body) => parseJson(body),
  render: (_found, output) => renderJson(output),
  renderError: (error) => renderJsonError(error),
  unknownOperation: (found) =>
    new AwsError(
      'UnknownOperationException',
      `Studio does not offer the operation ${found.name} of ${found.service.name}.`,
    ),
};

export const queryProtocol: Protocol = {
  contentType: 'text/xml',
  parse: (body, query) =>
    parseQuery(body.length > 0 ? new URLSearchParams(Buffer.from(body).toString()) : query),
  render: (found, output, requestId) =>
    renderQueryOutput(found.service, found.name, output, requestId),
  renderError: renderQueryError,
  unknownOperation: (found) =>
    new AwsError(
      'InvalidAction',
      `Could not find operation ${found.name} for version ${found.service.target}`,
    ),
};

export type RpcDispatch = (
  options: Omit<CallOptions, 'service'>,
  found: FoundOperation,
  readBody: () => Promise<Buffer>,
) => Promise<void>;

/** Authenticates, authorises, runs, audits and answers one operation of an RPC service. */
export function createRpcDispatch(deps: CallDeps & { readonly logger: Logger }): RpcDispatch {
  return async (options, found, readBody) => {
    const { response } = options;
    const protocol = found.service.protocol === 'json' ? jsonProtocol : queryProtocol;
    const call = openCall(deps, { ...options, service: found.service.name });
    call.describe({ operation: found.name });
    try {
      const output = await run(call, found, protocol, options, readBody);
      await call.record(null);
      respond(
        response,
        200,
        protocol,
        call.requestId,
        protocol.render(found, output, call.requestId),
      );
    } catch (thrown) {
      const error = toAwsError(thrown, found.service.protocol);
      if (error.status >= 500) {
        deps.logger.error('an operation failed', {
          requestId: call.requestId,
          service: found.service.name,
          operation: found.name,
          error: thrown,
        });
      }
      await call.record({ code: error.code, message: error.message });
      sendRpcError(response, protocol, call.requestId, error);
    }
  };
}

async function run(
  call: Call,
  found: FoundOperation,
  protocol: Protocol,
  options: Omit<CallOptions, 'service'>,
  readBody: () => Promise<Buffer>,
): Promise<unknown> {
  const authentication = await call.authenticate(found.service.name, readBody);
  const body = await readBody();
  if (sha256Hex(body) !== authentication.payloadHash) {
    throw new AuthenticationError('signature', 'The body is not the one that was signed.');
  }
  const operation: AnyOperation | null = found.operation;
  if (!operation) throw protocol.unknownOperation(found);
  const input: unknown = protocol.parse(body, options.head.query);
  call.describe({ parameters: input });
  const context = call.context(authentication);
  for (const access of await operation.access(input, context)) await context.authorize(access);
  return operation.handle(input, context);
}

function toAwsError(thrown: unknown, flavour: 'json' | 'query'): AwsError {
  if (thrown instanceof AwsError) return thrown;
  if (thrown instanceof AuthenticationError) return authenticationErrorFor(thrown, flavour);
  return new AwsError('InternalFailure', 'The request failed because of an unknown error.', {
    status: 500,
    cause: thrown,
  });
}

export function sendRpcError(
  response: ServerResponse,
  protocol: Protocol,
  requestId: string,
  error: AwsError,
): void {
  response.setHeader('x-amzn-errortype', error.code);
  respond(response, error.status, protocol, requestId, protocol.renderError(error, requestId));
}

function respond(
  response: ServerResponse,
  status: number,
  protocol: Protocol,
  requestId: string,
  body: string,
): void {
  response.writeHead(status, {
    'content-type': protocol.contentType,
    'x-amzn-requestid': requestId,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
