import { type Agent, request } from 'node:http';

/** Whether the container answers `GET /ping` with 200 in time. */
export const ping = (socketPath: string, timeoutMs: number, agent?: Agent): Promise<boolean> =>
  new Promise((resolve) => {
    const asked = request(
      { socketPath, path: '/ping', ...(agent === undefined ? {} : { agent }) },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode === 200));
        response.on('error', () => resolve(false));
      },
    );
    asked.setTimeout(timeoutMs, () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.on('close', () => resolve(false));
    asked.end();
  });
