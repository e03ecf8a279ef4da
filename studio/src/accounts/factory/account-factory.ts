import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudEvent } from '@atelier/cloud/ports';
import type { Logger } from '../../logger.ts';
import { AwsError } from '../../wire/errors.ts';
import type { Account, AccountStore } from '../account-store.ts';
import type { Baseline } from '../baseline.ts';
import type { Faults } from '../faults.ts';
import { organization } from '../organization.ts';
import { lifecycleEvent } from './lifecycle-event.ts';
import type { FactoryRecord, RecordStep, RecordStore } from './record-store.ts';

export interface AccountFactory {
  /** Works on the record now; it would be found at the next start anyway. */
  wake(record: FactoryRecord): void;
  /** Continues what an ended process left. */
  start(): Promise<void>;
  /** Lets the running steps end. */
  close(): Promise<void>;
}

export interface AccountFactoryDeps {
  readonly records: RecordStore;
  readonly accounts: AccountStore;
  readonly baseline: Baseline;
  readonly faults: Faults;
  readonly events: (event: CloudEvent) => Promise<void>;
  readonly managementAccountId: string;
  readonly region: string;
  readonly logger: Logger;
  readonly now: () => Date;
}

const slowMs = 5_000;
const firstRetryMs = 500;
const closeGraceMs = 3_000;
const maxRetryMs = 15_000;
const maxAttempts = 12;
/** Control Tower's default. */
const maxConcurrentOperations = 5;

/** Ends a record as FAILED; anything else that is thrown is tried again. */
class FactoryFailure extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Makes accounts step by step, as Control Tower's Account Factory does. Each step is repeatable and recorded before
 * the next, so that a killed Studio goes on where it was.
 */
export function createAccountFactory(deps: AccountFactoryDeps): AccountFactory {
  const { records, logger } = deps;
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();

  async function work(first: FactoryRecord): Promise<void> {
    let record = first;
    for (let attempt = 1; record.step !== 'done' && !stopping.signal.aborted; ) {
      try {
        if (await deps.faults.strikes('slow')) await pause(slowMs);
        record = await steps[record.step](record);
        attempt = 1;
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (error instanceof FactoryFailure || attempt >= maxAttempts) {
          record = await fail(record, error);
          continue;
        }
        logger.warn('a step of account creation is tried again', {
          record: record.id,
          step: record.step,
          attempt,
          error,
        });
        await pause(Math.min(firstRetryMs * 2 ** (attempt - 1), maxRetryMs));
        attempt += 1;
      }
    }
  }

  const pause = (ms: number): Promise<unknown> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});

  const steps: Readonly<
    Record<Exclude<RecordStep, 'done'>, (record: FactoryRecord) => Promise<FactoryRecord>>
  > = {
    async account(record) {
      if (record.status === 'CREATED') await admit(record);
      const account = await makeAccount(record);
      await deps.accounts.move(account.accountId, parametersOf(record).organizationalUnitId);
      return records.change(record.id, { accountId: account.accountId, step: 'baseline' });
    },

    async baseline(record) {
      const accountId = record.accountId ?? '';
      if (await deps.faults.strikes('account-fails')) {
        throw new FactoryFailure(
          'AccountEnrollmentFailed',
          'AWS Control Tower failed to deploy one or more stack set instances to the account.',
        );
      }
      if (await deps.faults.strikes('baseline-inoperable')) {
        await deps.baseline.markInoperable(
          accountId,
          'The stack is in a state that Studio was told to give it.',
        );
      } else {
        await deps.baseline.apply(accountId);
      }
      return records.change(record.id, { step: 'event' });
    },

    async event(record) {
      const event = lifecycleEvent({
        record,
        managementAccountId: deps.managementAccountId,
        region: deps.region,
        completedAt: deps.now(),
      });
      if (!(await deps.faults.strikes('lost-event'))) await deps.events(event);
      if (await deps.faults.strikes('doubled-event')) await deps.events(event);
      const failed = record.status === 'FAILED';
      return records.change(record.id, {
        step: 'done',
        ...(!failed && { status: 'SUCCEEDED', productStatus: 'AVAILABLE' }),
      });
    },

    async unmanage(record) {
      const product = await records.findProduct({ id: record.productId });
      if (product?.accountId) await deps.accounts.move(product.accountId, organization.rootId);
      return records.change(record.id, {
        step: 'done',
        status: 'SUCCEEDED',
        productStatus: 'TERMINATED',
      });
    },
  };

  async function admit(record: FactoryRecord): Promise<void> {
    const before = (await records.open()).filter(
      (other) => other.kind === 'PROVISION_PRODUCT' && other.createdAt < record.createdAt,
    );
    const full = before.length >= maxConcurrentOperations;
    if (full || (await deps.faults.strikes('operation-in-progress'))) {
      throw new FactoryFailure(
        'OperationInProgress',
        'AWS Control Tower cannot create an account because another operation is in progress. Try again later.',
      );
    }
    await records.change(record.id, { status: 'IN_PROGRESS' });
  }

  /** As at AWS: the same name and e-mail address take over what a failed creation left; otherwise addresses are unique. */
  async function makeAccount(record: FactoryRecord): Promise<Account> {
    const { accountName, accountEmail, organizationalUnitId } = parametersOf(record);
    const createdBy = `account-factory/${accountEmail}/${accountName}`;
    let account: Account;
    try {
      account = await deps.accounts.create({
        name: accountName,
        email: accountEmail,
        kind: 'tenant',
        organizationalUnitId,
        createdBy,
      });
    } catch (error) {
      if (error instanceof AwsError) throw new FactoryFailure(error.code, error.message);
      throw error;
    }
    const holder = await records.productOfAccount(account.accountId);
    if (account.status !== 'ACTIVE' || (holder && holder.id !== record.productId)) {
      throw new FactoryFailure(
        'EmailAlreadyExists',
        'An account with this email address already exists in the organization.',
      );
    }
    const adopted = account.joinedAt < record.createdAt;
    if (adopted) await records.change(record.id, { adopted });
    return account;
  }

  async function fail(record: FactoryRecord, error: unknown): Promise<FactoryRecord> {
    const failure =
      error instanceof FactoryFailure
        ? { code: error.code, description: error.message }
        : {
            code: 'InternalFailure',
            description: 'AWS Control Tower could not finish the account.',
          };
    logger.error('account creation failed', { record: record.id, step: record.step, error });
    const tellsOthers = record.kind === 'PROVISION_PRODUCT' && record.step !== 'event';
    return records.change(record.id, {
      status: 'FAILED',
      productStatus: 'ERROR',
      error: failure,
      step: tellsOthers ? 'event' : 'done',
    });
  }

  const wake = (record: FactoryRecord): void => {
    if (record.step === 'done' || running.has(record.id)) return;
    const task = work(record)
      .catch((error: unknown) =>
        logger.error('account creation stopped', { record: record.id, error }),
      )
      .finally(() => running.delete(record.id));
    running.set(record.id, task);
  };

  return {
    wake,
    async start() {
      for (const record of await records.open()) wake(record);
    },
    async close() {
      stopping.abort();
      // A step that hangs is done again at the next start.
      await Promise.race([Promise.all(running.values()), sleep(closeGraceMs)]);
    },
  };
}

function parametersOf(record: FactoryRecord) {
  if (!record.parameters)
    throw new FactoryFailure('InvalidParameters', 'The record has no account parameters.');
  return record.parameters;
}
