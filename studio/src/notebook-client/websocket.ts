import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

export interface TextSocket {
  send(text: string): void;
  /** Called for each whole text message. */
  onText: (text: string) => void;
  /** Called once, when the connection has ended for whatever reason. */
  onClose: () => void;
  close(): void;
}

const OPCODE = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;

/**
 * A WebSocket with headers of the caller's choice (Node's own sends no Host but the address's). Text messages only.
 * Rejects with the status when the server refuses the upgrade.
 */
export const openWebSocket = (options: {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}): Promise<TextSocket> =>
  new Promise((resolve, reject) => {
    const call = request({
      host: '127.0.0.1',
      port: options.port,
      path: options.path,
      headers: {
        ...options.headers,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      },
    });
    call.on('upgrade', (_response, stream, head) => resolve(wrap(stream, head)));
    call.on('response', (response) => {
      response.resume();
      reject(new Error(`the upgrade was refused with ${response.statusCode}`));
    });
    call.on('error', reject);
    call.end();
  });

const wrap = (stream: Duplex, head: Buffer): TextSocket => {
  let pending = head;
  let message: Buffer[] = [];
  const socket: TextSocket = {
    send: (text) => {
      stream.write(frame(OPCODE.text, Buffer.from(text)));
    },
    onText: () => {},
    onClose: () => {},
    close: () => {
      stream.end(frame(OPCODE.close, Buffer.alloc(0)));
    },
  };
  const take = ({ opcode, final, payload }: Frame): void => {
    if (opcode === OPCODE.ping) stream.write(frame(OPCODE.pong, payload));
    else if (opcode === OPCODE.close) stream.end();
    else if (opcode !== OPCODE.pong) {
      message.push(payload);
      if (!final) return;
      const text = Buffer.concat(message).toString('utf8');
      message = [];
      socket.onText(text);
    }
  };
  const read = (chunk: Buffer): void => {
    pending = Buffer.concat([pending, chunk]);
    for (let next = parse(pending); next !== null; next = parse(pending)) {
      pending = pending.subarray(next.bytes);
      take(next);
    }
  };
  stream.on('data', read);
  stream.on('error', () => stream.destroy());
  stream.on('close', () => socket.onClose());
  if (head.length > 0) queueMicrotask(() => read(Buffer.alloc(0)));
  return socket;
};

interface Frame {
  readonly opcode: number;
  readonly final: boolean;
  readonly payload: Buffer;
  /** Length of the whole frame. */
  readonly bytes: number;
}

/** The first frame of what a server sent (never masked); null while it is not all there. */
const parse = (data: Buffer): Frame | null => {
  if (data.length < 2) return null;
  const first = data.readUInt8(0);
  let length = data.readUInt8(1) & 0x7f;
  let start = 2;
  if (length === 126) {
    if (data.length < 4) return null;
    length = data.readUInt16BE(2);
    start = 4;
  } else if (length === 127) {
    if (data.length < 10) return null;
    length = Number(data.readBigUInt64BE(2));
    start = 10;
  }
  if (data.length < start + length) return null;
  return {
    opcode: first & 0x0f,
    final: (first & 0x80) !== 0,
    payload: data.subarray(start, start + length),
    bytes: start + length,
  };
};

/** One final frame, masked as a client's must be. */
const frame = (opcode: number, payload: Buffer): Buffer => {
  const mask = randomBytes(4);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  const { length } = payload;
  let size: Buffer;
  if (length < 126) size = Buffer.from([0x80 | length]);
  else if (length < 65_536) {
    size = Buffer.alloc(3);
    size.writeUInt8(0x80 | 126, 0);
    size.writeUInt16BE(length, 1);
  } else {
    size = Buffer.alloc(9);
    size.writeUInt8(0x80 | 127, 0);
    size.writeBigUInt64BE(BigInt(length), 1);
  }
  return Buffer.concat([Buffer.from([0x80 | opcode]), size, mask, masked]);
};
