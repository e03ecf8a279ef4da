import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../database.ts';
import type { Caller } from '../iam/access.ts';
import type { Logger } from '../logger.ts';

/** One call, allowed or refused, as the dispatcher saw it. */
export interface AuditedCall {
  readonly requestId: string;
  readonly at: Date;
  readonly caller: Caller | null;
  /** What the request claimed when nobody could be made of it. */
  readonly accessKeyId: string | null;
  /** `sagemaker`. */
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly parameters: unknown;
  /** What the caller had to be allowed to do. */
  readonly resources: readonly { readonly arn: string; readonly accountId: string | null }[];
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Whose audit shows it. */
  readonly recipients: readonly string[];
}

export interface AuditEvent {
  readonly id: string;
  readonly occurredAt: Date;
  readonly name: string;
  /** In CloudTrail's shape. */
  readonly event: Readonly<Record<string, unknown>>;
}

export interface AuditQuery {
  readonly accountId: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly eventName?: string;
  readonly refusedOnly?: boolean;
  /** 1 to 1,000. */
  readonly limit: number;
  /** Id of the last event of the page before. */
  readonly after?: string;
}

export interface Audit {
  /**
   * Refusals and changes are stored when this resolves; what only reads is stored within a tenth of a second, so that
   * reading an object does not wait for the database.
   */
  record(call: AuditedCall): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery): Promise<readonly AuditEvent[]>;
  /** Stores what is still waiting. */
  close(): Promise<void>;
}

const flushAfterMs = 100;
/** Without a database nothing is done that could not be recorded. */
const maxWaiting = 50_000;

interface Row {
  readonly id: string;
  readonly accountId: string;
  readonly call: AuditedCall;
}

export function createAudit(deps: { readonly database: Database; readonly logger: Logger }): Audit {
  let waiting: Row[] = [];
  let flushing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;

  /** One event that the database cannot hold must not keep all others out. */
  async function store(rows: readonly Row[]): Promise<void> {
    try {
      await insert(deps.database, rows);
    } catch (error) {
      if (!isDataError(error)) throw error;
      if (rows.length > 1) {
        for (const row of rows) await store([row]);
        return;
      }
      deps.logger.error('an audit event cannot be stored', {
        error,
        requestId: rows[0]?.call.requestId,
      });
    }
  }

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    flushing = flushing.then(async () => {
      const rows = waiting;
      waiting = [];
      if (rows.length === 0) return;
      try {
        await store(rows);
      } catch (error) {
        waiting = [...rows, ...waiting];
        deps.logger.error('the audit could not be written', { error });
        throw error;
      }
    });
    const result = flushing;
    flushing = flushing.catch(() => {});
    return result;
  }

  return {
    async record(call) {
      if (waiting.length >= maxWaiting) {
        throw new Error('too many audit events wait for the database');
      }
      for (const accountId of new Set(call.recipients)) {
        waiting.push({ id: uuidv7(), accountId, call });
      }
      if (call.error || !isReadOnly(call.operation)) return flush();
      timer ??= setTimeout(() => void flush().catch(() => {}), flushAfterMs);
    },

    async list(query) {
      const { rows } = await deps.database.query<{
        id: string;
        occurred_at: Date;
        event_name: string;
        event: Record<string, unknown>;
      }>(
        `select id, occurred_at, event_name, event from audit_events
         where recipient_account_id = $1
           and ($2::timestamptz is null or occurred_at >= $2)
           and ($3::timestamptz is null or occurred_at <= $3)
           and ($4::text is null or event_name = $4)
           and (not $5 or refused)
           and ($6::uuid is null or (occurred_at, id) <
             (select occurred_at, id from audit_events where id = $6 and recipient_account_id = $1))
         order by occurred_at desc, id desc limit $7`,
        [
          query.accountId,
          query.from ?? null,
          query.to ?? null,
          query.eventName ?? null,
          query.refusedOnly ?? false,
          query.after ?? null,
          query.limit,
        ],
      );
      return rows.map((row) => ({
        id: row.id,
        occurredAt: row.occurred_at,
        name: row.event_name,
        event: row.event,
      }));
    },

    close: flush,
  };
}

async function insert(database: Database, rows: readonly Row[]): Promise<void> {
  const client = await database.connect();
  try {
    // A killed Studio loses nothing that was inserted; only a power cut could take the last half second.
    await client.query('begin; set local synchronous_commit = off');
    await client.query(
      `insert into audit_events (id, recipient_account_id, occurred_at, event_name, refused, event)
       select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::boolean[], $6::jsonb[])
       on conflict (id) do nothing`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.accountId),
        rows.map((row) => row.call.at),
        rows.map((row) => operationName(row.call)),
        rows.map((row) => row.call.error !== null),
        rows.map((row) => JSON.stringify(cloudTrailEvent(row))),
      ],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** SQLSTATE class 22: the value, not the database, is at fault. */
const isDataError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('22');

/** Comes from the request, also when there is no such operation. */
const operationName = (call: AuditedCall): string => storable(call.operation).slice(0, 128);

const readOnlyNames = /^(Get|List|Describe|Head|Lookup|Search|Simulate|Filter|InvokeEndpoint)/;
export const isReadOnly = (operation: string): boolean => readOnlyNames.test(operation);

const dataOperations =
  /^(GetObject|PutObject|HeadObject|DeleteObject|UploadPart|InvokeEndpoint|PutLogEvents)/;

function cloudTrailEvent({ id, accountId, call }: Row): Record<string, unknown> {
  const data = dataOperations.test(call.operation);
  return {
    eventVersion: '1.11',
    userIdentity: userIdentity(call),
    eventTime: call.at.toISOString(),
    eventSource: `${call.service}.amazonaws.com`,
    eventName: operationName(call),
    awsRegion: call.region,
    sourceIPAddress: call.sourceIp,
    userAgent: call.userAgent.slice(0, 256),
    ...(call.error && {
      errorCode: call.error.code,
      errorMessage: storable(call.error.message).slice(0, 1024),
    }),
    requestParameters: summarise(call.parameters, 0),
    responseElements: null,
    requestID: call.requestId,
    eventID: id,
    readOnly: isReadOnly(call.operation),
    resources: call.resources.slice(0, 20).map((resource) => ({
      ARN: storable(resource.arn).slice(0, 1024),
      ...(resource.accountId && { accountId: resource.accountId }),
    })),
    eventType: 'AwsApiCall',
    managementEvent: !data,
    recipientAccountId: accountId,
    eventCategory: data ? 'Data' : 'Management',
  };
}

function userIdentity(call: AuditedCall): Record<string, unknown> {
  const { caller } = call;
  if (!caller) {
    return {
      type: 'Unknown',
      ...(call.accessKeyId && { accessKeyId: storable(call.accessKeyId).slice(0, 128) }),
    };
  }
  const identity = {
    type: caller.roleArn ? 'AssumedRole' : 'IAMUser',
    principalId: caller.userId,
    arn: caller.arn,
    accountId: caller.accountId,
    accessKeyId: caller.accessKeyId,
  };
  if (!caller.roleArn) return identity;
  return {
    ...identity,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: caller.userId.split(':')[0],
        arn: caller.roleArn,
        accountId: caller.accountId,
        userName: caller.roleArn.split('/').at(-1),
      },
      ...(caller.sourceIdentity && { sourceIdentity: caller.sourceIdentity }),
    },
  };
}

/** Members that may carry secrets or payloads; CloudTrail leaves them out too. */
const hidden = /^(environment|hyperparameters|webidentitytoken|body|password|secret.*)$/i;

/** Request parameters cut to what an audit needs: nested four deep, texts of 512 characters, 20 items of a list. */
function summarise(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return storable(value).slice(0, 512);
  if (value === null || value === undefined || typeof value !== 'object') return value ?? null;
  if (depth > 4) return '…';
  if (Array.isArray(value)) return value.slice(0, 20).map((item) => summarise(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      storable(name),
      hidden.test(name) ? 'HIDDEN_DUE_TO_SECURITY_REASONS' : summarise(item, depth + 1),
    ]),
  );
}

/** PostgreSQL's jsonb refuses NUL and lone surrogates, which an attacker may send. */
const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();
