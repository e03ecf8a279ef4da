import { AwsError } from './errors.ts';

export function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.', { cause });
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object.');
}

export const renderJson = (output: unknown): string => JSON.stringify(toWire(output) ?? {});

/** Times become epoch seconds with a fraction, bytes base64: what AWS JSON 1.1 means by timestamp and blob. */
function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined && item !== null)
        .map(([name, item]) => [name, toWire(item)]),
    );
  }
  return value;
}

export const renderJsonError = (error: AwsError): string =>
  JSON.stringify({ __type: error.code, message: error.message, ...error.details });
