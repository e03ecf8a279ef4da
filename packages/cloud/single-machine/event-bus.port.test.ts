import { eventBusSuite } from '../suites/index.ts';
import { createPostgresEventBus } from './postgres-event-bus.ts';
import { openTestPools } from './testing/open-test-pools.ts';

eventBusSuite('PostgreSQL', async () => {
  const pools = await openTestPools();
  const processes = [pools.open(), pools.open()] as const;
  let opened = 0;
  return {
    open: () => createPostgresEventBus({ pool: processes[opened++ % 2 === 0 ? 0 : 1] }),
    close: pools.close,
  };
});
