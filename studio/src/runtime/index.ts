import type { ServerResponse } from 'node:http';
import { endpointLogGroup } from '../sagemaker/endpoints/endpoint.ts';
import type { EndpointFleet } from '../sagemaker/index.ts';
import { resourceArn } from '../sagemaker/names.ts';
import type { RestService, VerifiedRequest } from '../wire/operation.ts';
import { chooseVariant } from './choose-variant.ts';
import { invokeContainer, NoAnswer } from './invoke-container.ts';
import {
  endpointNotFound,
  INVOCATION_MS_MAX,
  modelError,
  PAYLOAD_BYTES_MAX,
  payloadTooLarge,
  renderRuntimeError,
} from './runtime-errors.ts';

export interface RuntimeDeps {
  readonly fleet: Pick<EndpointFleet, 'serving'>;
  readonly region: string;
  readonly random?: () => number;
}

const pathPattern = /^\/endpoints\/([^/]+)\/invocations$/u;
const CUSTOM_ATTRIBUTES = 'x-amzn-sagemaker-custom-attributes';
/** What a model may read of the caller's request; nothing of his signature is among it. */
const passedOn = ['content-type', 'accept', CUSTOM_ATTRIBUTES, 'x-amzn-sagemaker-inference-id'];
const CONTENT_TYPE_MAX = 1024;

/** SageMaker Runtime: InvokeEndpoint. */
export const createRuntime = (deps: RuntimeDeps): RestService => {
  const random = deps.random ?? Math.random;

  const invoke = async (request: VerifiedRequest, response: ServerResponse): Promise<void> => {
    const { context, headers } = request;
    const { accountId } = context.caller;
    const name = pathPattern.exec(request.path)?.[1] ?? '';
    await context.authorize({
      action: 'sagemaker:InvokeEndpoint',
      resource: resourceArn({ region: deps.region, accountId }, 'endpoint', name),
    });
    const endpoint = deps.fleet.serving({ accountId, name });
    if (endpoint === null) throw endpointNotFound(name, accountId);
    if ((request.contentLength ?? 0) > PAYLOAD_BYTES_MAX) throw payloadTooLarge();
    const target = headers['x-amzn-sagemaker-target-variant'];
    const { server, listener } = chooseVariant(endpoint.variants, target, random());
    const { variant } = server;
    const failed = (status: number, message: string): Error =>
      modelError({
        status,
        message,
        region: deps.region,
        accountId,
        endpointName: name,
        logStreamArn: `arn:aws:logs:${deps.region}:${accountId}:log-group:${endpointLogGroup(name)}:log-stream:${variant.logStream}`,
      });

    const answer = await invokeContainer({
      server,
      listener,
      headers: Object.fromEntries(
        passedOn.flatMap((header) => {
          const value = headers[header];
          return value === undefined ? [] : [[header, value]];
        }),
      ),
      body: request.body,
      contentLength: request.contentLength,
      timeoutMs: INVOCATION_MS_MAX,
      signal: context.signal,
    }).catch((error: unknown) => {
      if (error instanceof NoAnswer) throw failed(0, error.message);
      throw error;
    });
    if (answer.status < 200 || answer.status > 299) {
      throw failed(answer.status, answer.body.toString('utf8'));
    }
    const contentType = answer.headers['content-type'] ?? 'application/octet-stream';
    const attributes = answer.headers[CUSTOM_ATTRIBUTES];
    response.writeHead(200, {
      'content-type': contentType.slice(0, CONTENT_TYPE_MAX),
      'content-length': answer.body.length,
      'x-amzn-invoked-production-variant': variant.name,
      ...(attributes === undefined ? {} : { [CUSTOM_ATTRIBUTES]: attributes }),
    });
    response.end(answer.body);
  };

  return {
    name: 'sagemaker-runtime',
    signingName: 'sagemaker',
    matches: ({ method, path }) => method === 'POST' && pathPattern.test(path),
    handle: invoke,
    renderError: renderRuntimeError,
  };
};
