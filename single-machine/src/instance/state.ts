import { readFile } from 'node:fs/promises';
import type { ProcessStatus } from '../supervisor/supervisor.ts';
import type { Instance } from './instance.ts';
import { readJson, writePrivateJson } from './private-file.ts';

/** `first start`: everything runs, and the first tenants are being signed up. */
export type InstanceState =
  | 'starting'
  | 'first start'
  | 'ready'
  | 'stopping'
  | 'stopped'
  | 'failed';

/** What the supervisor writes about itself at every change, for the other commands to read. */
export interface SupervisorRecord {
  readonly state: InstanceState;
  readonly supervisor: { readonly pid: number; readonly startTicks: string };
  readonly processes: readonly ProcessStatus[];
}

const recordFile = (instance: Instance) => instance.path('state.json');

/** When the kernel started a process; together with its number it names one process for ever. Null: no such process. */
async function startTicksOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold blanks; the 20th field after it is the start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

export async function ownIdentity(): Promise<SupervisorRecord['supervisor']> {
  return { pid: process.pid, startTicks: (await startTicksOf(process.pid)) ?? '' };
}

export function writeRecord(instance: Instance, record: SupervisorRecord): Promise<void> {
  return writePrivateJson(recordFile(instance), record);
}

/** The record of an instance, corrected by whether its supervisor lives; null when it was never started. */
export async function readRecord(instance: Instance): Promise<SupervisorRecord | null> {
  const record = await readJson<SupervisorRecord>(recordFile(instance));
  if (!record) return null;
  const alive = (await startTicksOf(record.supervisor.pid)) === record.supervisor.startTicks;
  if (alive) return record;
  return {
    ...record,
    state: record.state === 'failed' ? 'failed' : 'stopped',
    processes: record.processes.map((process) => ({ ...process, pid: null, state: 'stopped' })),
  };
}

export function isRunning(record: SupervisorRecord | null): record is SupervisorRecord {
  return record !== null && record.state !== 'stopped' && record.state !== 'failed';
}
