import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playFirstStart } from '../first-start/play-first-start.ts';
import { loadInstance } from '../instance/instance.ts';
import { removeHome } from '../instance/remove-home.ts';
import { freeBasePort } from '../instance/taken-ports.ts';
import { prepareMachine } from '../start/prepare-machine.ts';
import { type StartedInstance, startInstance } from '../start/start-instance.ts';

/** Names the instance that a run shares to those who join it. */
export const STACK_VARIABLE = 'ATELIER_TEST_STACK';

/** Enough to find everything else about an instance. */
export interface StackAddress {
  readonly port: number;
  readonly home: string;
}

export interface TestStack extends Omit<StartedInstance, 'stop'> {
  stop(options: { keepLogs: boolean }): Promise<void>;
  readonly address: StackAddress;
}

const LOGS = 'tests/artifacts/logs';

/** Starts an instance without tenants, in a temporary home, by the supervisor of `npm start`. */
export async function startTestStack(progress: (line: string) => void): Promise<TestStack> {
  const home = await mkdtemp(join(tmpdir(), 'atelier-stack-'));
  await chmod(home, 0o711);
  const port = await freeBasePort();
  const instance = loadInstance({ ATELIER_PORT: String(port), ATELIER_HOME: home });

  async function remove(keepLogs: boolean): Promise<void> {
    if (keepLogs) {
      await rm(LOGS, { recursive: true, force: true });
      await cp(instance.path('logs'), LOGS, { recursive: true }).catch(() => {});
      progress(`the logs of the instance are in ${LOGS}`);
    }
    await removeHome(instance);
  }

  let started: StartedInstance | null = null;
  try {
    const prepared = await prepareMachine(progress);
    const running = await startInstance(instance, { prepared, progress });
    started = running;
    await playFirstStart({ instance, empty: true, progress });
    await running.setState('ready');
    return {
      ...running,
      address: { port, home },
      async stop({ keepLogs }) {
        await running.stop();
        await remove(keepLogs);
      },
    };
  } catch (cause) {
    await started?.stop();
    await remove(true);
    throw cause;
  }
}
