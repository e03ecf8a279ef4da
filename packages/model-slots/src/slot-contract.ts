import type { FeatureRow, SlotDefinition } from './slot.ts';
import { slotId } from './slot.ts';

/** SageMaker's own limit on a request or answer, in bytes. */
export const MAX_BODY_BYTES = 6_291_456;
/** A reason is a phrase, and there are a few. */
const MAX_REASONS = 5;
const MAX_REASON_LENGTH = 200;

export interface Prediction {
  readonly probability: number;
  readonly reasons: readonly string[];
}

/** An answer that does not keep the contract: told to the tenant with the offending row, never shown to a marketer. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
  /** From 0; null when the answer as a whole is at fault. */
  readonly row: number | null;

  constructor(message: string, row: number | null = null) {
    super(row === null ? message : `Row ${row}: ${message}`);
    this.row = row;
  }
}

export const requestBody = (slot: SlotDefinition, instances: readonly FeatureRow[]): string =>
  JSON.stringify({
    schema: slotId(slot),
    features: slot.features.map(({ name }) => name),
    instances,
  });

export const requestSchema = (slot: SlotDefinition): Record<string, unknown> => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  additionalProperties: false,
  required: ['schema', 'features', 'instances'],
  properties: {
    schema: { const: slotId(slot) },
    features: { const: slot.features.map(({ name }) => name) },
    instances: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'array',
        prefixItems: slot.features.map((feature) => ({
          title: feature.name,
          description: `${feature.meaning} (${feature.unit}); null when: ${feature.nullWhen}`,
          type: feature.nullWhen === 'never' ? 'number' : ['number', 'null'],
          ...(feature.minimum === null ? {} : { minimum: feature.minimum }),
        })),
        minItems: slot.features.length,
        maxItems: slot.features.length,
      },
    },
  },
});

export const responseSchema = (): Record<string, unknown> => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['predictions'],
  properties: {
    predictions: {
      description: 'As many as instances, in their order',
      type: 'array',
      items: {
        type: 'object',
        required: ['probability'],
        properties: {
          probability: { type: 'number', minimum: 0, maximum: 1 },
          reasons: {
            type: 'array',
            maxItems: MAX_REASONS,
            items: { type: 'string', maxLength: MAX_REASON_LENGTH },
          },
        },
      },
    },
  },
});

/** Reads an answer for `count` instances. Throws `ContractViolation`. */
export const readPredictions = (body: Uint8Array, count: number): Prediction[] => {
  if (body.byteLength > MAX_BODY_BYTES) throw new ContractViolation('The answer is too large.');
  const predictions = member(parse(body), 'predictions');
  if (!Array.isArray(predictions)) {
    throw new ContractViolation('The answer has no list `predictions`.');
  }
  if (predictions.length !== count) {
    throw new ContractViolation(`${count} predictions were expected, ${predictions.length} came.`);
  }
  return predictions.map(readPrediction);
};

const parse = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new ContractViolation(
      `The answer is not JSON (${cause instanceof Error ? cause.message.slice(0, 200) : 'unreadable'}).`,
    );
  }
};

const member = (value: unknown, name: string): unknown =>
  value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

const readPrediction = (value: unknown, row: number): Prediction => {
  const probability = member(value, 'probability');
  if (typeof probability !== 'number' || !Number.isFinite(probability)) {
    throw new ContractViolation('`probability` is not a finite number.', row);
  }
  if (probability < 0 || probability > 1) {
    throw new ContractViolation(`\`probability\` ${probability} is not between 0 and 1.`, row);
  }
  const reasons = member(value, 'reasons') ?? [];
  const fit =
    Array.isArray(reasons) &&
    reasons.length <= MAX_REASONS &&
    reasons.every(
      (reason): reason is string =>
        typeof reason === 'string' && reason.length <= MAX_REASON_LENGTH,
    );
  if (!fit) {
    throw new ContractViolation(
      `\`reasons\` are at most ${MAX_REASONS} texts of at most ${MAX_REASON_LENGTH} characters.`,
      row,
    );
  }
  return { probability, reasons };
};
