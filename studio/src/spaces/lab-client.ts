import { request } from 'node:http';

/** A running JupyterLab: the socket it answers on and the token it wants. */
export interface Lab {
  readonly listener: string;
  readonly token: string;
}

const ANSWER_BYTES_MAX = 1024 * 1024;

/** Asks JupyterLab's own API; what comes back is written by the user's side and must be treated so. */
export const askLab = (
  lab: Lab,
  path: string,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const call = request(
      {
        socketPath: lab.listener,
        path,
        headers: { authorization: `token ${lab.token}`, host: 'localhost' },
        timeout: options.timeoutMs,
        agent: false,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > ANSWER_BYTES_MAX) response.destroy(new Error('the answer is too long'));
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode !== 200) {
            reject(new Error(`JupyterLab answered ${response.statusCode} to ${path}`));
            return;
          }
          try {
            resolve(JSON.parse(text));
          } catch (cause) {
            reject(new Error('JupyterLab answered no JSON', { cause }));
          }
        });
      },
    );
    call.on('timeout', () => call.destroy(new Error('JupyterLab did not answer in time')));
    call.on('error', reject);
    call.end();
  });
