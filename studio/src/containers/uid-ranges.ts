import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UID_RANGE } from './run-arguments.ts';

/** Far above what a machine's own users and other tools' subordinate ranges take. */
const FIRST_UID = 1_000_000_000;
const RANGES = 50_000;

export interface UidRanges {
  /** First host uid of the account's range; given once, kept until `release`. */
  baseOf(accountId: string): Promise<number>;
  /** After the account's last file is gone. */
  release(accountId: string): Promise<void>;
}

interface Assigned {
  [accountId: string]: number;
}

const isAssigned = (value: unknown): value is Assigned =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((base) => typeof base === 'number');

/**
 * Gives every account a host uid range of its own. Claims are files in a directory shared by all instances on the
 * machine, so that two instances never share a range; what an instance was given is also kept in its own home.
 */
export const createUidRanges = async (deps: {
  readonly home: string;
  readonly claimsDirectory: string;
}): Promise<UidRanges> => {
  const { home, claimsDirectory } = deps;
  await mkdir(claimsDirectory, { recursive: true, mode: 0o755 });
  const file = join(home, 'uid-ranges.json');
  const parsed: unknown = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};
  if (!isAssigned(parsed)) throw new Error(`${file} is not a table of uid ranges`);
  const assigned: Assigned = { ...parsed };

  const claimFile = (index: number): string => join(claimsDirectory, String(index));
  const claim = async (index: number, accountId: string): Promise<boolean> => {
    try {
      const handle = await open(claimFile(index), 'wx', 0o644);
      await handle.writeFile(JSON.stringify({ home, accountId }));
      await handle.close();
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  };
  const save = async (): Promise<void> => {
    await writeFile(`${file}.new`, JSON.stringify(assigned), { flush: true });
    await rename(`${file}.new`, file);
  };
  /** Claims of instances whose home no longer exists. */
  const dropStale = async (): Promise<void> => {
    for (const name of await readdir(claimsDirectory)) {
      const text = await readFile(join(claimsDirectory, name), 'utf8').catch(() => '');
      const owner = /"home":"([^"]+)"/u.exec(text)?.[1];
      if (owner !== undefined && !existsSync(owner)) {
        await rm(join(claimsDirectory, name), { force: true });
      }
    }
  };
  await dropStale();
  for (const [accountId, base] of Object.entries(assigned)) {
    await claim((base - FIRST_UID) / UID_RANGE, accountId);
  }

  const assign = async (accountId: string): Promise<number> => {
    const known = assigned[accountId];
    if (known !== undefined) return known;
    const taken = new Set(await readdir(claimsDirectory));
    for (let index = 0; index < RANGES; index += 1) {
      if (taken.has(String(index)) || !(await claim(index, accountId))) continue;
      const base = FIRST_UID + index * UID_RANGE;
      assigned[accountId] = base;
      await save();
      return base;
    }
    throw new Error('no host uid range is free');
  };
  let last: Promise<unknown> = Promise.resolve();
  const oneByOne = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };

  return {
    baseOf: (accountId) => oneByOne(() => assign(accountId)),
    release: (accountId) =>
      oneByOne(async () => {
        const base = assigned[accountId];
        if (base === undefined) return;
        delete assigned[accountId];
        await save();
        await rm(claimFile((base - FIRST_UID) / UID_RANGE), { force: true });
      }),
  };
};
