import type { IncomingMessage, ServerResponse } from 'node:http';
import { v7 as uuidv7 } from 'uuid';
import type { Logger } from '../logger.ts';
import type { CallDeps } from './call.ts';
import { AwsError } from './errors.ts';
import { collect, type RequestHead, readBody, readHead } from './http-request.ts';
import type { RestService, RpcService } from './operation.ts';
import { createRestDispatch } from './rest-dispatch.ts';
import { createRpcDispatch, jsonProtocol, queryProtocol, sendRpcError } from './rpc-dispatch.ts';
import { indexServices } from './services.ts';

/** Larger than any control-plane request and than InvokeEndpoint's 6 MiB. */
const maxCollectedBytes = 7 * 1024 * 1024;

export interface DispatcherDeps extends CallDeps {
  readonly logger: Logger;
  readonly rpc: readonly RpcService[];
  /** Asked in this order; S3 last. */
  readonly rest: readonly RestService[];
}

export type Dispatch = (
  request: IncomingMessage,
  response: ServerResponse,
  options: { readonly socketAccountId: string | null; readonly expectsContinue: boolean },
) => Promise<void>;

/** Finds the service a request to the AWS API is for. */
export function createDispatcher(deps: DispatcherDeps): Dispatch {
  const index = indexServices(deps.rpc);
  const dispatchRpc = createRpcDispatch(deps);
  const dispatchRest = createRestDispatch(deps);

  return async (request, response, { socketAccountId, expectsContinue }) => {
    const head = readHead(request);
    const stream = () => readBody(request, response, expectsContinue);
    const collectBody = memoised(() => collect(stream(), maxCollectedBytes));
    const options = { response, head, socketAccountId };

    const target = head.headers.get('x-amz-target');
    if (target !== undefined) {
      const found = index.byTarget(target);
      if (found) return dispatchRpc(options, found, collectBody);
      const unknown = new AwsError('UnknownOperationException', `Studio does not offer ${target}.`);
      return sendRpcError(response, jsonProtocol, uuidv7(), unknown);
    }

    const form = await queryForm(head, collectBody);
    if (form) {
      const [version, action] = [form.get('Version') ?? '', form.get('Action') ?? ''];
      const found = index.byAction(version, action);
      if (found) return dispatchRpc(options, found, collectBody);
      const unknown = new AwsError(
        'InvalidAction',
        `Could not find operation ${action} for version ${version}`,
      );
      return sendRpcError(response, queryProtocol, uuidv7(), unknown);
    }

    const { method, rawPath: path } = head;
    const service = deps.rest.find((candidate) =>
      candidate.matches({ method, path, headers: request.headers }),
    );
    if (!service) {
      const unknown = new AwsError('UnknownOperationException', 'Studio has nothing here.', {
        status: 404,
      });
      return sendRpcError(response, jsonProtocol, uuidv7(), unknown);
    }
    return dispatchRest(options, service, { raw: request, stream, collect: collectBody });
  };
}

/** The form of a query-protocol request, from the body or, presigned, from the URL; null for anything else. */
async function queryForm(
  head: RequestHead,
  collectBody: () => Promise<Buffer>,
): Promise<URLSearchParams | null> {
  if (head.rawPath !== '/') return null;
  if (head.method === 'GET') return head.query.has('Action') ? head.query : null;
  const contentType = head.headers.get('content-type') ?? '';
  if (head.method !== 'POST' || !contentType.startsWith('application/x-www-form-urlencoded')) {
    return null;
  }
  return new URLSearchParams((await collectBody()).toString());
}

const memoised = <Value>(make: () => Promise<Value>): (() => Promise<Value>) => {
  let value: Promise<Value> | null = null;
  return () => {
    value ??= make();
    return value;
  };
};
