import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BucketServer {
  readonly endpoint: string;
  readonly objects: Map<string, Buffer>;
  /** Access keys that requests were signed with, in order, without repetition. */
  readonly accessKeys: string[];
  /** When set, every request is answered with this status. */
  failWith: number | null;
  /** Uploads in parts that were begun and neither completed nor aborted. */
  readonly openUploads: Map<string, Map<number, Buffer>>;
  close(): Promise<void>;
}

/** As much of S3 as an upload needs, kept in memory. Keys are `<bucket>/<key>`. */
export async function startBucketServer(): Promise<BucketServer> {
  const objects = new Map<string, Buffer>();
  const openUploads = new Map<string, Map<number, Buffer>>();
  const accessKeys: string[] = [];
  let uploads = 0;

  function answer(
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): ServerResponse {
    const url = new URL(request.url ?? '/', 'http://bucket');
    const path = decodeURIComponent(url.pathname.slice(1));
    const uploadId = url.searchParams.get('uploadId');
    const accessKey = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (accessKeys.at(-1) !== accessKey) accessKeys.push(accessKey);
    const xml = (text: string): ServerResponse => {
      response.setHeader('content-type', 'application/xml');
      return response.end(`<?xml version="1.0"?>${text}`);
    };
    if (server.failWith !== null) {
      response.statusCode = server.failWith;
      return xml('<Error><Code>Refused</Code><Message>no</Message></Error>');
    }
    const parts = uploadId === null ? undefined : openUploads.get(uploadId);
    if (request.method === 'POST' && url.searchParams.has('uploads')) {
      const id = `upload-${++uploads}`;
      openUploads.set(id, new Map());
      return xml(
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    if (request.method === 'PUT' && parts !== undefined) {
      parts.set(Number(url.searchParams.get('partNumber')), body);
      response.setHeader('etag', '"part"');
      return response.end();
    }
    if (request.method === 'POST' && parts !== undefined && uploadId !== null) {
      const ordered = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
      objects.set(path, Buffer.concat(ordered));
      openUploads.delete(uploadId);
      return xml(
        '<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>',
      );
    }
    if (request.method === 'DELETE') {
      if (uploadId === null) objects.delete(path);
      else openUploads.delete(uploadId);
      response.statusCode = 204;
      return response.end();
    }
    if (request.method === 'PUT') {
      objects.set(path, body);
      response.setHeader('etag', '"whole"');
      return response.end();
    }
    response.statusCode = 400;
    return xml('<Error><Code>NotHere</Code></Error>');
  }

  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    answer(request, Buffer.concat(chunks), response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: BucketServer = {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    objects,
    accessKeys,
    openUploads,
    failWith: null,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}
