import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { VariantServer } from '../sagemaker/endpoints/variant-server.ts';
import { PAYLOAD_BYTES_MAX, payloadTooLarge } from './runtime-errors.ts';

/** The container gave no whole answer: it broke off, took too long or said too much. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface Invocation {
  readonly server: Pick<VariantServer, 'agent'>;
  readonly listener: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: AsyncIterable<Uint8Array>;
  readonly contentLength: number | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const drained = (asked: ClientRequest): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      asked.off('drain', done);
      asked.off('close', done);
      resolve();
    };
    asked.on('drain', done);
    asked.on('close', done);
  });

const send = async (asked: ClientRequest, invocation: Invocation): Promise<void> => {
  let bytes = 0;
  for await (const chunk of invocation.body) {
    bytes += chunk.length;
    if (bytes > PAYLOAD_BYTES_MAX) throw payloadTooLarge();
    if (asked.destroyed) return;
    if (!asked.write(chunk)) {
      await drained(asked);
    }
  }
  asked.end();
};

const receive = async (response: IncomingMessage): Promise<Answer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const buffer: Buffer = chunk;
    bytes += buffer.length;
    if (bytes > PAYLOAD_BYTES_MAX) {
      throw new NoAnswer(`The response is larger than the limit of ${PAYLOAD_BYTES_MAX} bytes.`);
    }
    chunks.push(buffer);
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks),
  };
};

/**
 * Streams a request to the container and takes its whole answer. One deadline covers all of it, so that neither a drip
 * of bytes nor silence holds a caller longer. Throws `NoAnswer`, or the error of the request's own body.
 */
export const invokeContainer = (invocation: Invocation): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({
      socketPath: invocation.listener,
      agent: invocation.server.agent,
      method: 'POST',
      path: '/invocations',
      headers: {
        ...invocation.headers,
        ...(invocation.contentLength === null
          ? { 'transfer-encoding': 'chunked' }
          : { 'content-length': invocation.contentLength }),
      },
    });
    const timer = setTimeout(
      () =>
        fail(
          new NoAnswer(
            'Your invocation timed out while waiting for a response from container primary. Review the latency ' +
              'metrics for each container in Amazon CloudWatch, resolve the issue, and try again.',
          ),
        ),
      invocation.timeoutMs,
    );
    const abandon = (): void => fail(new NoAnswer('The caller went away.'));
    const settle = (): void => {
      clearTimeout(timer);
      invocation.signal.removeEventListener('abort', abandon);
    };
    const fail = (error: unknown): void => {
      settle();
      asked.destroy();
      reject(error);
    };
    invocation.signal.addEventListener('abort', abandon, { once: true });
    asked.on('error', (error) => fail(new NoAnswer(`The container broke off: ${error.message}`)));
    asked.on('response', (response) => {
      receive(response).then(
        (answer) => {
          settle();
          resolve(answer);
        },
        (error: unknown) =>
          fail(error instanceof NoAnswer ? error : new NoAnswer('The container broke off.')),
      );
    });
    send(asked, invocation).catch(fail);
  });
