import { randomUUID } from 'node:crypto';
import type { TextSocket } from './websocket.ts';

/** One output of a cell, in the notebook format. */
export type Output = Readonly<Record<string, unknown>> & { readonly output_type: string };

export interface Execution {
  readonly outputs: readonly Output[];
  /** What was printed, and the values of last lines. */
  readonly text: string;
  /** The kernel's own traceback without colours; null when all went well. */
  readonly error: string | null;
  readonly count: number | null;
}

export interface Kernel {
  readonly id: string;
  execute(
    code: string,
    options?: { timeoutMs?: number; onText?: (text: string) => void },
  ): Promise<Execution>;
  /** Leaves the kernel running. */
  close(): void;
}

interface Message {
  readonly channel: string;
  readonly header: { readonly msg_type: string };
  readonly parent_header: { readonly msg_id?: string };
  readonly content: Readonly<Record<string, unknown>>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const parseMessage = (text: string): Message | null => {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || !isRecord(value.header) || !isRecord(value.content)) return null;
  const parent = isRecord(value.parent_header) ? value.parent_header : {};
  return {
    channel: String(value.channel),
    header: { msg_type: String(value.header.msg_type) },
    parent_header: typeof parent.msg_id === 'string' ? { msg_id: parent.msg_id } : {},
    content: value.content,
  };
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters
const COLOURS = /\u001b\[[0-9;]*m/g;

const textOf = (output: Output): string => {
  if (output.output_type === 'stream') return String(output.text);
  const data = isRecord(output.data) ? output.data : {};
  return 'text/plain' in data ? `${data['text/plain']}\n` : '';
};

const errorOf = (content: Message['content']): string => {
  const lines = Array.isArray(content.traceback) ? content.traceback.map(String) : [];
  return (lines.join('\n') || `${content.ename}: ${content.evalue}`).replaceAll(COLOURS, '');
};

const OUTPUT_TYPES = new Set(['stream', 'display_data', 'execute_result', 'error']);

/** A kernel's channels over one socket, cell by cell. */
export const createKernel = (id: string, socket: TextSocket): Kernel => {
  const session = randomUUID();
  const listeners = new Map<string, (message: Message) => void>();
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => {});
  socket.onClose = () => closed.reject(new Error('the connection to the kernel was cut'));
  socket.onText = (text) => {
    const message = parseMessage(text);
    if (message !== null) listeners.get(message.parent_header.msg_id ?? '')?.(message);
  };

  const run = (
    messageId: string,
    code: string,
    onText: (text: string) => void,
  ): Promise<Execution> => {
    const outputs: Output[] = [];
    let error: string | null = null;
    let count: number | null = null;
    let replied = false;
    let idle = false;
    const { promise, resolve } = Promise.withResolvers<Execution>();
    listeners.set(messageId, ({ header: { msg_type: type }, content }) => {
      if (OUTPUT_TYPES.has(type)) {
        const output: Output = { output_type: type, ...content };
        outputs.push(output);
        onText(textOf(output));
      }
      if (type === 'error') error = errorOf(content);
      if (type === 'execute_reply') {
        replied = true;
        if (typeof content.execution_count === 'number') count = content.execution_count;
        if (content.status === 'error') error ??= errorOf(content);
      }
      if (type === 'status' && content.execution_state === 'idle') idle = true;
      // Outputs may arrive after the reply; idle comes last of them.
      if (replied && idle) resolve({ outputs, text: outputs.map(textOf).join(''), error, count });
    });
    socket.send(
      JSON.stringify({
        channel: 'shell',
        header: {
          msg_id: messageId,
          msg_type: 'execute_request',
          username: 'browser',
          session,
          version: '5.3',
          date: new Date().toISOString(),
        },
        parent_header: {},
        metadata: {},
        content: {
          code,
          silent: false,
          store_history: true,
          user_expressions: {},
          allow_stdin: false,
          stop_on_error: true,
        },
      }),
    );
    return promise;
  };

  return {
    id,
    async execute(code, { timeoutMs = 60_000, onText = () => {} } = {}) {
      const messageId = randomUUID();
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new Error(`the cell did not end within ${timeoutMs} ms`)),
        timeoutMs,
      );
      try {
        return await Promise.race([run(messageId, code, onText), closed.promise, late.promise]);
      } finally {
        clearTimeout(timer);
        listeners.delete(messageId);
      }
    },
    close: () => socket.close(),
  };
};
