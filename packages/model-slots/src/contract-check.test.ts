import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Ask, checkContract } from './contract-check.ts';
import { customerChurn } from './slots/customer-churn.ts';

const check = async (ask: Ask, deadlineMs = 1000) => {
  const report = await checkContract({ slot: customerChurn, ownRows: [], ask, deadlineMs });
  return { report, failed: report.results.filter(({ passed }) => !passed).map((one) => one.check) };
};
/** Depends on its own row and nothing else. */
const honest: Ask = async (rows) =>
  rows.map((row) => ({ probability: 1 / (1 + (row[2] ?? 0)), reasons: [] }));

it('passes a model that keeps the contract', async () => {
  const { report, failed } = await check(honest);
  expect(failed).toEqual([]);
  expect(report.passed).toBe(true);
  expect(report.latencyMs?.p50).toBeGreaterThanOrEqual(0);
});

describe('finds a model that', () => {
  it('sorts its answers', async () => {
    const { failed } = await check(async (rows) =>
      (await honest(rows)).toSorted((one, other) => one.probability - other.probability),
    );
    expect(failed).toContain('order');
  });

  it('rolls dice', async () => {
    const { failed } = await check(async (rows) =>
      rows.map(() => ({ probability: Math.random(), reasons: [] })),
    );
    expect(failed).toContain('repeatability');
  });

  it('fails on undefined features, with its own words', async () => {
    const { report, failed } = await check(async (rows) => {
      if (rows.some((row) => row.includes(null))) throw new Error("ufunc 'isnan' not supported");
      return honest(rows);
    });
    expect(failed).toContain('nulls');
    expect(report.results.find(({ check: name }) => name === 'nulls')?.detail).toContain('isnan');
  });

  it('takes no large batch', async () => {
    const { failed } = await check(async (rows) => {
      if (rows.length > 500) throw new Error('too many rows');
      return honest(rows);
    });
    expect(failed).toEqual(['batch sizes']);
  });

  it('is too slow for a record page', async () => {
    const { failed } = await check(async (rows) => {
      await sleep(8);
      return honest(rows);
    }, 2);
    expect(failed).toEqual(['latency']);
  });
});
