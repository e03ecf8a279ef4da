import { queueSuite } from '../suites/index.ts';
import { createPostgresQueue } from './postgres-queue.ts';
import { openTestPools } from './testing/open-test-pools.ts';

queueSuite('PostgreSQL', async () => {
  const pools = await openTestPools();
  const processes = [pools.open(), pools.open()] as const;
  let opened = 0;
  return {
    open: (name, { maxDeliveries }) =>
      createPostgresQueue({ pool: processes[opened++ % 2 === 0 ? 0 : 1], name, maxDeliveries }),
    close: pools.close,
  };
});
