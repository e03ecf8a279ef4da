import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Authorizer } from '../iam/access.ts';
import { AwsError } from '../wire/errors.ts';
import type { RestService, VerifiedRequest } from '../wire/operation.ts';
import type { S3Core } from './core.ts';
import type { Answer, S3Request } from './request.ts';
import { createRouter } from './routes.ts';
import { clientGone, keyTooLong } from './s3-errors.ts';
import { element, Xml } from './xml.ts';

const maxKeyBytes = 1024;

/** `/bucket/key`; the key is everything behind the second slash, further slashes and dots included. */
function splitPath(path: string): { bucket: string; key: string } {
  const slash = path.indexOf('/', 1);
  if (slash < 0) return { bucket: path.slice(1), key: '' };
  return { bucket: path.slice(1, slash), key: path.slice(slash + 1) };
}

const isPrematureClose = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_STREAM_PREMATURE_CLOSE' || error.code === 'ECONNRESET');

async function send(answer: Answer, method: string, response: ServerResponse): Promise<void> {
  const { status, headers = {}, body } = answer;
  if (body === undefined) {
    response.writeHead(
      status,
      status === 204 || status === 304 ? headers : { 'content-length': '0', ...headers },
    );
    response.end();
    return;
  }
  if (body instanceof Xml || typeof body === 'string') {
    const text = body instanceof Xml ? body.text : body;
    response.writeHead(status, {
      'content-type': 'application/xml',
      ...headers,
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
    return;
  }
  try {
    response.writeHead(status, { ...headers, 'content-length': body.bytes });
    if (method === 'HEAD' || body.bytes === 0) response.end();
    else await pipeline(body.stream(), response);
  } catch (error) {
    // That a client goes away in the middle is its own affair.
    if (!isPrematureClose(error)) throw error;
  } finally {
    body.release();
  }
}

/** Amazon's error document. What is no error of ours says nothing about itself outside. */
function renderError(error: unknown, requestId: string, response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof AwsError;
  const code = known
    ? error.code.replace(/^AccessDeniedException$/, 'AccessDenied')
    : 'InternalError';
  const message = known ? error.message : 'We encountered an internal error. Please try again.';
  const details = Object.entries(known ? error.details : {}).map(([name, value]) =>
    element(name, String(value)),
  );
  const content = [
    element('Code', code),
    element('Message', message),
    ...details,
    element('RequestId', requestId),
    element('HostId', requestId),
  ];
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', content).text}`;
  response.writeHead(known ? error.status : 500, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(text),
    'x-amz-request-id': requestId,
    'x-amz-id-2': requestId,
  });
  response.end(text);
}

/** S3 over HTTP, path style. */
export function createS3Service(deps: { core: S3Core; authorizer: Authorizer }): RestService {
  const router = createRouter(deps.core);

  function toRequest(request: VerifiedRequest): S3Request {
    const { context } = request;
    return {
      ...splitPath(request.path),
      method: request.method,
      query: request.query,
      headers: request.headers,
      body: request.body,
      contentLength: request.contentLength,
      checksums: request.checksums,
      region: context.region,
      caller: context.caller,
      authorize: context.authorize,
      isAllowed: (access) => deps.authorizer.isAllowed(context.caller, access),
    };
  }

  return {
    name: 's3',
    // Asked last: what no other service claims is a bucket's.
    matches: () => true,
    async handle(verified, response) {
      const request = toRequest(verified);
      if (Buffer.byteLength(request.key) > maxKeyBytes) throw keyTooLong();
      const operation = router.find(request);
      const answer = await operation(request).catch((error: unknown) => {
        throw isPrematureClose(error) ? clientGone() : error;
      });
      response.setHeader('x-amz-id-2', verified.context.requestId);
      await send(answer, request.method, response);
    },
    renderError,
  };
}
