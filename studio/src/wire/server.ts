import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '../logger.ts';
import type { Dispatch } from './dispatcher.ts';
import { AwsError } from './errors.ts';
import { readHead } from './http-request.ts';
import { jsonProtocol, sendRpcError } from './rpc-dispatch.ts';

/** Serves a host of its own beside the AWS API: the spaces proxy. */
export interface HostHandler {
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Answers without a signature: health, key sets. True when it did. */
export type PublicHandler = (path: string, response: ServerResponse) => Promise<boolean>;

/**
 * Asked first for every request on an account's own socket, before any signature is looked at: a container that asks for
 * its keys has none yet. True when it answered.
 */
export type AccountSocketHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  accountId: string,
) => Promise<boolean>;

export interface ServerDeps {
  readonly dispatch: Dispatch;
  readonly publicHandler: PublicHandler;
  /** Takes requests whose host ends with `spacesSuffix`; none when spaces are not served. */
  readonly spaces: HostHandler | null;
  /** `.studio.localhost`. */
  readonly spacesSuffix: string;
  readonly accountSocket?: AccountSocketHandler;
  readonly logger: Logger;
}

/** An HTTP server, not yet listening. A socket of an account serves the AWS API only. */
export function createStudioServer(deps: ServerDeps, socketAccountId: string | null): Server {
  const spaces = socketAccountId === null ? deps.spaces : null;
  const isSpace = (request: IncomingMessage): boolean =>
    readHead(request).hostname.endsWith(deps.spacesSuffix);

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ): Promise<void> {
    try {
      if (isSpace(request)) {
        if (spaces) return spaces.handleRequest(request, response);
        response.writeHead(404).end();
        return;
      }
      if (
        socketAccountId !== null &&
        (await deps.accountSocket?.(request, response, socketAccountId))
      ) {
        return;
      }
      const path = readHead(request).rawPath;
      if (request.method === 'GET' && (await deps.publicHandler(path, response))) return;
      // Unless the body is asked for, what the client may still send would be read as the next request.
      if (expectsContinue) response.setHeader('connection', 'close');
      await deps.dispatch(request, response, { socketAccountId, expectsContinue });
    } catch (error) {
      fail(response, error);
    }
  }

  function fail(response: ServerResponse, error: unknown): void {
    if (!(error instanceof AwsError)) deps.logger.error('a request failed', { error });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const shown =
      error instanceof AwsError
        ? error
        : new AwsError('InternalFailure', 'The request failed because of an unknown error.', {
            status: 500,
          });
    sendRpcError(response, jsonProtocol, '', shown);
  }

  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 });
  server.on('request', (request, response) => void answer(request, response, false));
  server.on('checkContinue', (request, response) => {
    if (!isSpace(request)) return void answer(request, response, true);
    response.writeContinue();
    void answer(request, response, false);
  });
  server.on('upgrade', (request, socket, head) => {
    if (spaces && isSpace(request)) spaces.handleUpgrade(request, socket, head);
    else socket.destroy();
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
  });
  return server;
}

/** Listens on a port or path; resolves when connections are accepted. */
export const listen = (
  server: Server,
  address: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** Ends idle connections at once and others after their answer or `graceMs`. */
export function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
