import { stateStoreSuite } from '../suites/index.ts';
import { createPostgresStateStore } from './postgres-state-store.ts';
import { openTestPools } from './testing/open-test-pools.ts';

stateStoreSuite('PostgreSQL', async () => {
  const pools = await openTestPools();
  const processes = [pools.open(), pools.open()] as const;
  let opened = 0;
  return {
    open: () => createPostgresStateStore({ pool: processes[opened++ % 2 === 0 ? 0 : 1] }),
    close: pools.close,
  };
});
