import { malformedPolicy } from './s3-errors.ts';

const limitBytes = 20_480;

const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checkStatement(statement: unknown, bucket: string): void {
  if (!isRecord(statement)) throw malformedPolicy('Statement must be an object');
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    throw malformedPolicy('Invalid effect');
  }
  if (statement.Principal === undefined && statement.NotPrincipal === undefined) {
    throw malformedPolicy('Missing required field Principal');
  }
  const actions = [...asList(statement.Action), ...asList(statement.NotAction)];
  const s3 = actions.every(
    (action) => typeof action === 'string' && (action === '*' || /^s3:/i.test(action)),
  );
  if (actions.length === 0 || !s3) throw malformedPolicy('Policy has invalid action');
  const resources = [...asList(statement.Resource), ...asList(statement.NotResource)];
  const own = `arn:aws:s3:::${bucket}`;
  const inside = resources.every(
    (resource) =>
      typeof resource === 'string' && (resource === own || resource.startsWith(`${own}/`)),
  );
  if (resources.length === 0 || !inside) throw malformedPolicy('Policy has invalid resource');
}

/** Throws `MalformedPolicy` for what could never apply to this bucket. */
export function checkBucketPolicy(text: string, bucket: string): void {
  if (Buffer.byteLength(text) > limitBytes || text.includes('\0')) {
    throw malformedPolicy('Policies must be valid JSON of at most 20480 bytes');
  }
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw malformedPolicy('Policies must be valid JSON and the first byte must be \u0027{\u0027');
  }
  if (!isRecord(policy)) {
    throw malformedPolicy('Policies must be valid JSON and the first byte must be \u0027{\u0027');
  }
  const statements = asList(policy.Statement);
  if (statements.length === 0) throw malformedPolicy('Missing required field Statement');
  for (const statement of statements) checkStatement(statement, bucket);
}
