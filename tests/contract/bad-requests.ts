import { isBinary, type Operation } from '@atelier/contracts';
import { z } from 'zod';
import type { Asked } from './people.ts';

/** A request that its contract forbids. */
export interface BadRequest {
  readonly what: string;
  readonly asked: Asked;
  /** Where the fault lies; null when the body cannot even be read as JSON. */
  readonly pointer: string | null;
}

type Schema = z.core.JSONSchema.BaseSchema;
type Values = Readonly<Record<string, unknown>>;

const json = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;

const propertiesOf = (schema: Schema): [string, Schema][] =>
  Object.entries(schema.properties ?? {}).filter(
    (entry): entry is [string, Schema] => typeof entry[1] === 'object',
  );

/** Values that a property may not have, by what is wrong with them. */
function* badValues(schema: Schema): Iterable<readonly [string, unknown]> {
  switch (schema.type) {
    case 'string':
      yield ['a number for a text', 12345];
      yield ['a list for a text', ['text']];
      if (schema.maxLength !== undefined)
        yield ['a text too long', 'x'.repeat(schema.maxLength + 1)];
      if (schema.minLength !== undefined) yield ['an empty text', ''];
      if (schema.enum !== undefined) yield ['an unknown choice', 'no such choice'];
      if (schema.format !== undefined) yield [`no ${schema.format}`, 'not of this form'];
      return;
    case 'integer':
    case 'number':
      yield ['a text for a number', 'many'];
      if (schema.type === 'integer') yield ['a fraction', 1.5];
      if ((schema.maximum ?? Number.MAX_SAFE_INTEGER) < Number.MAX_SAFE_INTEGER) {
        yield ['a number too large', Number(schema.maximum) + 1];
      }
      if ((schema.minimum ?? Number.MIN_SAFE_INTEGER) > Number.MIN_SAFE_INTEGER) {
        yield ['a number too small', Number(schema.minimum) - 1];
      }
      return;
    case 'boolean':
      yield ['a text for a yes or no', 'yes'];
      return;
    case 'array':
      yield ['a text for a list', 'one'];
      if (schema.minItems) yield ['an empty list', []];
      if (schema.maxItems !== undefined)
        yield ['a list too long', Array(schema.maxItems + 1).fill('x')];
      return;
    case 'object':
      yield ['a text for an object', 'one'];
      return;
    default:
      if (schema.anyOf !== undefined) yield ['none of the allowed types', { neither: 'nor' }];
  }
}

function* badBodies(operation: Operation): Iterable<BadRequest> {
  const { body, example } = operation;
  if (body === undefined || isBinary(body)) return;
  const schema = json(body);
  const good = example.body as Values;
  const bad = (what: string, content: unknown, pointer: string | null): BadRequest => ({
    what,
    asked: { ...example, body: content },
    pointer,
  });
  yield bad('a broken text for JSON', '{"a":', null);
  yield bad('a list for the body', [], '/body');
  yield bad('nothing for the body', undefined, '/body');
  for (const name of schema.required ?? []) {
    const { [name]: _, ...rest } = good;
    yield bad(`${name}: missing`, rest, `/body/${name}`);
  }
  if (schema.additionalProperties === false) {
    yield bad('an unknown property', { ...good, nobodyKnowsThis: 1 }, '/body');
  }
  for (const [name, property] of propertiesOf(schema)) {
    for (const [what, value] of badValues(property)) {
      yield bad(`${name}: ${what}`, { ...good, [name]: value }, `/body/${name}`);
    }
  }
}

function* badQueries(operation: Operation): Iterable<BadRequest> {
  const { query, example } = operation;
  if (query === undefined) return;
  for (const [name, property] of propertiesOf(json(query))) {
    for (const [what, value] of badValues(property)) {
      // Whatever stands in an address is text.
      const text = String(value);
      if (property.type === 'string' && !/too long|choice|form/.test(what)) continue;
      yield {
        what: `${name}: ${what}`,
        asked: { ...example, query: { ...example.query, [name]: text } },
        pointer: `/query/${name}`,
      };
    }
  }
}

function* badParams(operation: Operation): Iterable<BadRequest> {
  const { params, example } = operation;
  if (params === undefined) return;
  for (const [name, property] of propertiesOf(json(params))) {
    for (const [what, value] of badValues(property)) {
      if (property.type === 'string' && !/too long|no /.test(what)) continue;
      yield {
        what: `${name}: ${what}`,
        asked: { ...example, params: { ...example.params, [name]: value } },
        pointer: `/params/${name}`,
      };
    }
  }
}

/** Requests that differ from the operation's own example in one thing that its schemas forbid. */
export function badRequests(operation: Operation): BadRequest[] {
  return [...badBodies(operation), ...badQueries(operation), ...badParams(operation)];
}
