import { prepareServiceDatabase, type ServiceDatabases } from '@atelier/service-kit/testing';
import { startTestDatabase, type TestDatabase } from '@atelier/single-machine/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MODEL_SLOT_MIGRATIONS } from './model-slots.ts';
import { findStoredScore, putScores } from './score-store.ts';

const SLOT = 'customer-churn/1';
let testDatabase: TestDatabase;
let databases: ServiceDatabases;

beforeAll(async () => {
  testDatabase = await startTestDatabase();
  databases = await prepareServiceDatabase({
    url: testDatabase.url,
    service: 'customer-management',
    migrations: MODEL_SLOT_MIGRATIONS,
  });
});
afterAll(async () => {
  await databases.close();
  await testDatabase.stop();
});

it('keeps the scores of the later run, whichever of two writes last', async () => {
  const tenantId = uuidv7();
  const subjectId = uuidv7();
  const [older, later] = [uuidv7({ msecs: 1_000 }), uuidv7({ msecs: 2_000 })];
  const write = (runId: string, probability: number, asOf: string) =>
    databases.database.transaction(tenantId, (transaction) =>
      putScores(
        transaction,
        tenantId,
        SLOT,
        { source: 'built-in', model: 'statistics', version: null, asOf, runId },
        [{ subjectId, probability, reasons: ['because'] }],
      ),
    );
  const read = () =>
    databases.database.transaction(tenantId, (transaction) =>
      findStoredScore(transaction, tenantId, SLOT, subjectId, null),
    );

  await write(later, 0.25, '1998-06-30');
  await write(older, 0.75, '2026-01-01');
  expect(await read()).toMatchObject({ probability: 0.25, asOf: '1998-06-30' });
  // A run that is carried on by another process writes some of its own again.
  await write(later, 0.26, '1998-06-30');
  expect(await read()).toMatchObject({ probability: 0.26, reasons: ['because'] });
});
