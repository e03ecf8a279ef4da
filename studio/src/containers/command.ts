import { execFile } from 'node:child_process';

/** Runs a program of the host's; answers stdout, throws with its stderr. Never given a tenant's text. */
export const command = (
  program: string,
  args: readonly string[],
  timeoutMs = 20_000,
): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      program,
      [...args],
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else {
          const said = stderr.trim();
          reject(new Error(`${program} ${args[0] ?? ''}: ${said === '' ? error.message : said}`));
        }
      },
    );
  });
