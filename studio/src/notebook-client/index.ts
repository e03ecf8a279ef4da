import { type IncomingHttpHeaders, request } from 'node:http';
import { createKernel, type Execution, type Kernel } from './kernel.ts';
import { openWebSocket } from './websocket.ts';

export type { Execution, Kernel, Output } from './kernel.ts';

export interface NotebookAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface NotebookRun {
  /** In order, of code cells only. */
  readonly cells: readonly { readonly code: string; readonly execution: Execution }[];
  /** Everything that was printed. */
  readonly text: string;
}

/** A person's browser in a space, after the presigned link was opened. */
export interface NotebookSession {
  readonly origin: string;
  readonly cookie: string;
  /** Where the link led. */
  readonly landing: string;
  call(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<NotebookAnswer>;
  startKernel(): Promise<Kernel>;
  /** To a kernel that runs already. */
  connectKernel(kernelId: string): Promise<Kernel>;
  /**
   * Runs a notebook of the home from top to bottom and saves it with its outputs, as "Run All Cells" does. Throws with the
   * cell's traceback at the first failure.
   */
  runNotebook(
    path: string,
    options?: { timeoutMs?: number; onText?: (text: string) => void },
  ): Promise<NotebookRun>;
}

export class NotebookError extends Error {
  override readonly name = 'NotebookError';
  readonly status: number | null;

  constructor(message: string, status: number | null = null) {
    super(message);
    this.status = status;
  }
}

/** Spaces live on this machine; their names need no resolver. */
export const callSpace = (
  url: URL,
  options: { method?: string; headers?: Record<string, string>; body?: string },
): Promise<NotebookAnswer> =>
  new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: url.port,
        path: `${url.pathname}${url.search}`,
        method: options.method ?? 'GET',
        headers: { host: url.host, ...options.headers },
        agent: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    call.on('error', reject);
    call.end(options.body);
  });

/** Opens a presigned link as a browser does; throws `NotebookError` with the status when it is refused. */
export const openNotebook = async (authorizedUrl: string): Promise<NotebookSession> => {
  const url = new URL(authorizedUrl);
  const opened = await callSpace(url, {});
  const cookie = opened.headers['set-cookie']?.[0]?.split(';')[0];
  if (opened.status !== 303 || cookie === undefined) {
    throw new NotebookError(`the link was answered with ${opened.status}`, opened.status);
  }
  const { origin } = url;

  const call: NotebookSession['call'] = (method, path, { body, headers = {} } = {}) =>
    callSpace(new URL(path, origin), {
      method,
      headers: {
        cookie,
        origin,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  const json = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await call(method, path, body === undefined ? {} : { body });
    if (answer.status >= 400) {
      throw new NotebookError(
        `${method} ${path} was answered with ${answer.status}`,
        answer.status,
      );
    }
    return JSON.parse(answer.text);
  };

  const connect = async (kernelId: string): Promise<Kernel> =>
    createKernel(
      kernelId,
      await openWebSocket({
        port: Number(url.port),
        path: `/api/kernels/${kernelId}/channels`,
        headers: { host: url.host, origin, cookie },
      }),
    );

  return {
    origin,
    cookie,
    landing: opened.headers.location ?? '/',
    call,
    connectKernel: connect,
    async startKernel() {
      return connect(idOf(await json('POST', '/api/kernels', { name: 'python3' })));
    },
    async runNotebook(path, { timeoutMs = 120_000, onText = () => {} } = {}) {
      const file = await json('GET', `/api/contents/${encodeURI(path)}`);
      const notebook = notebookOf(file);
      const session = await json('POST', '/api/sessions', {
        path,
        name: path,
        type: 'notebook',
        kernel: { name: 'python3' },
      });
      const kernel = await connect(idOf(memberOf(session, 'kernel')));
      const deadline = performance.now() + timeoutMs;
      const cells: { code: string; execution: Execution }[] = [];
      let failed: string | null = null;
      for (const cell of notebook.cells.filter(({ cell_type: type }) => type === 'code')) {
        const code = Array.isArray(cell.source) ? cell.source.join('') : String(cell.source);
        const left = Math.max(1, deadline - performance.now());
        const execution = await kernel.execute(code, { timeoutMs: left, onText });
        Object.assign(cell, { outputs: execution.outputs, execution_count: execution.count });
        cells.push({ code, execution });
        failed = execution.error;
        if (failed !== null) break;
      }
      await json('PUT', `/api/contents/${encodeURI(path)}`, {
        type: 'notebook',
        format: 'json',
        content: notebook,
      });
      kernel.close();
      if (failed !== null) throw new NotebookError(`${path} failed:\n${failed}`);
      return { cells, text: cells.map(({ execution }) => execution.text).join('') };
    },
  };
};

type Cell = Record<string, unknown> & { cell_type?: unknown; source?: unknown };

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const idOf = (value: unknown): string => {
  const id = memberOf(value, 'id');
  if (typeof id !== 'string') throw new NotebookError('JupyterLab named no kernel');
  return id;
};

const notebookOf = (file: unknown): { cells: Cell[] } => {
  const content = memberOf(file, 'content');
  const cells = memberOf(content, 'cells');
  if (typeof content !== 'object' || content === null || !Array.isArray(cells)) {
    throw new NotebookError('the file is no notebook');
  }
  return Object.assign(content, { cells });
};
