import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../logger.ts';
import { DEFAULT_LIMITS } from './deps.ts';
import { createIdleStop, lastUse } from './idle-stop.ts';

const now = new Date('2026-03-01T12:00:00Z');
const started = new Date('2026-03-01T08:00:00Z');
const kernel = (state: string, at: string) => ({ execution_state: state, last_activity: at });

it('counts from the start while nothing was used', () => {
  expect(lastUse({ kernels: [], terminals: [] }, now, started)).toEqual(started);
});

it('takes the latest sign of life of kernels and terminals', () => {
  const activity = {
    kernels: [kernel('idle', '2026-03-01T09:00:00Z')],
    terminals: [{ last_activity: '2026-03-01T10:30:00Z' }],
  };
  expect(lastUse(activity, now, started)).toEqual(new Date('2026-03-01T10:30:00Z'));
});

it('never calls a busy kernel idle, however long its cell runs', () => {
  const activity = { kernels: [kernel('busy', '2026-03-01T08:10:00Z')], terminals: [] };
  expect(lastUse(activity, now, started)).toEqual(now);
});

it('does not believe times to come or none at all', () => {
  const activity = {
    kernels: [kernel('idle', '2099-01-01T00:00:00Z'), kernel('idle', 'soon')],
    terminals: [],
  };
  expect(lastUse(activity, now, started)).toEqual(started);
});

describe('a round over running spaces', () => {
  const answers: Record<string, unknown> = {};
  const app = { startId: 's', status: 'InService', inServiceAt: started, createdAt: started };
  let folder: string;
  let server: Server;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atelier-idle-'));
    server = createServer((request, response) => {
      response.end(JSON.stringify(answers[request.url ?? '']));
    });
    await new Promise<void>((resolve) => server.listen(join(folder, 'lab.sock'), resolve));
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Reasons given for stopping the one space, whose JupyterLab answers over its socket. */
  const stopped = async (kernels: unknown): Promise<string[]> => {
    Object.assign(answers, { '/api/kernels': kernels, '/api/terminals': [] });
    const reasons: string[] = [];
    const idleStop = createIdleStop({
      labs: { all: () => [{ listener: join(folder, 'lab.sock'), token: 't', app }] },
      apps: { byStart: async () => app, touch: async () => {} },
      domains: { find: async () => null },
      spaces: { find: async () => null },
      limits: { ...DEFAULT_LIMITS, idleMinutes: 60 },
      logger: silentLogger,
      stopApp: async (_app: unknown, reason: string) => {
        reasons.push(reason);
      },
    } as unknown as Parameters<typeof createIdleStop>[0]);
    await idleStop.round(now);
    return reasons;
  };

  it('stops a space that nobody used for its time, and says so', async () => {
    expect(await stopped([kernel('idle', '2026-03-01T10:59:00Z')])).toEqual([
      'Idle for 60 minutes.',
    ]);
  });

  it('leaves a space alone that is used, busy, or does not tell', async () => {
    expect(await stopped([kernel('idle', '2026-03-01T11:01:00Z')])).toEqual([]);
    expect(await stopped([kernel('busy', '2026-03-01T08:00:00Z')])).toEqual([]);
    expect(await stopped(undefined)).toEqual([]);
  });
});
