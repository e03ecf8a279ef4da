import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContractViolation, readPredictions, requestBody } from './slot-contract.ts';
import { customerChurn } from './slots/customer-churn.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const violation = (text: string, count = 1): ContractViolation | null => {
  try {
    readPredictions(bytes(text), count);
    return null;
  } catch (error) {
    if (error instanceof ContractViolation) return error;
    throw error;
  }
};

it('names schema and features with every request', () => {
  const body = JSON.parse(requestBody(customerChurn, customerChurn.goldenRows.slice(0, 1)));
  expect(body.schema).toBe('customer-churn/1');
  expect(body.features).toHaveLength(12);
  expect(body.instances).toEqual([customerChurn.goldenRows[0]]);
});

it('reads what keeps the contract', () => {
  const probabilities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
  fc.assert(
    fc.property(probabilities, (given) => {
      const answer = JSON.stringify({ predictions: given.map((probability) => ({ probability })) });
      const read = readPredictions(bytes(answer), given.length);
      expect(read.map(({ probability }) => probability)).toEqual(
        given.map((p) => (p === 0 ? 0 : p)),
      );
    }),
  );
});

describe('refuses', () => {
  it.each([
    ['a page of HTML with status 200', '<html>'],
    ['nothing', ''],
    ['a bare list', '[{"probability":0.5}]'],
    ['NaN', '{"predictions":[{"probability":NaN}]}'],
    ['a number beyond all', '{"predictions":[{"probability":1e999}]}'],
    ['a text', '{"predictions":[{"probability":"0.5"}]}'],
    ['null', '{"predictions":[{"probability":null}]}'],
    ['less than 0', '{"predictions":[{"probability":-0.1}]}'],
    ['more than 1', '{"predictions":[{"probability":1.1}]}'],
    ['too few', '{"predictions":[]}'],
    ['too many', '{"predictions":[{"probability":0.5},{"probability":0.5}]}'],
    ['an inherited member', '{"__proto__":{"predictions":[{"probability":0.5}]}}'],
    ['endless reasons', `{"predictions":[{"probability":0.5,"reasons":["${'x'.repeat(201)}"]}]}`],
  ])('%s', (_, answer) => {
    expect(violation(answer)).toBeInstanceOf(ContractViolation);
  });

  it('and says which row it was', () => {
    const answer = '{"predictions":[{"probability":0.5},{"probability":7}]}';
    expect(violation(answer, 2)?.row).toBe(1);
  });

  it('whatever else comes, or reads it', () => {
    fc.assert(
      fc.property(fc.json(), (answer) => {
        const seen = violation(answer);
        expect(seen === null || seen instanceof ContractViolation).toBe(true);
      }),
    );
  });
});
