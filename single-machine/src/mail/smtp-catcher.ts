import { SMTPServer } from 'smtp-server';
import type { MailStore } from './mail-store.ts';

const MAX_BYTES = 5 * 1024 * 1024;

/** Takes every mail from this machine and keeps it in the store. */
export function startSmtpCatcher({
  store,
  port,
}: {
  readonly store: MailStore;
  readonly port: number;
}): Promise<{ port: number; stop(): Promise<void> }> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_BYTES,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(new Error('the mail is too large'));
        store.add(Buffer.concat(chunks)).then(
          () => done(),
          (cause: unknown) => done(cause as Error),
        );
      });
    },
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const listener = server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      // A client that breaks off is its own affair.
      server.on('error', () => {});
      const address = listener.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : port,
        stop: () => new Promise((stopped) => server.close(() => stopped())),
      });
    });
  });
}
