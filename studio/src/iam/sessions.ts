import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Database } from '../database.ts';
import type { KeyLookup, KeyRing } from '../wire/authenticate.ts';
import type { Caller, TemporaryKeys } from './access.ts';
import { newServiceKeyId, newSessionKeyId, sessionArn } from './names.ts';
import type { Role, RoleStore } from './role-store.ts';

export interface NewSession {
  readonly role: Role;
  readonly sessionName: string;
  readonly tags: Readonly<Record<string, string>>;
  /** In lower case. */
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | null;
  readonly sessionPolicy: string | null;
  readonly seconds: number;
}

/** What the next assumption inherits. */
export interface SessionTags {
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

export interface Sessions extends KeyRing {
  issue(session: NewSession): Promise<TemporaryKeys>;
  /** Who a session of the role would be, without keys. */
  describe(
    session: Omit<NewSession, 'seconds'>,
    accessKeyId: string,
    expiresAt: Date | null,
  ): Caller;
  tagsOf(accessKeyId: string): Promise<SessionTags>;
  /** The long-lived key of a service's role: made once, the same afterwards. */
  serviceKey(role: Role): Promise<{ accessKeyId: string; secretAccessKey: string }>;
  /** Forgets sessions that ended more than an hour ago. */
  purge(): Promise<void>;
}

interface SessionRow {
  access_key_id: string;
  token_sha256: Buffer;
  account_id: string;
  role_name: string;
  role_id: string;
  session_name: string;
  tags: Record<string, string>;
  transitive_tag_keys: string[];
  source_identity: string | null;
  session_policy: string | null;
  expires_at: Date;
}

/**
 * Access keys of sessions and services. Secrets are derived from a master key that is not in the database and session
 * tokens are kept as hashes: the database alone is no list of keys.
 */
export function createSessions(deps: {
  readonly database: Database;
  readonly roles: RoleStore;
  /** 32 bytes. */
  readonly masterKey: Uint8Array;
  readonly isActive: (accountId: string) => Promise<boolean>;
  readonly now: () => Date;
}): Sessions {
  const { database, roles } = deps;
  /** Rows never change once written. */
  const rowsByKey = new LRUCache<string, SessionRow>({ max: 20_000 });

  const secretOf = (accessKeyId: string): string =>
    createHmac('sha256', deps.masterKey)
      .update(`secret/${accessKeyId}`)
      .digest('base64')
      .slice(0, 40);

  async function sessionRow(accessKeyId: string): Promise<SessionRow | null> {
    const known = rowsByKey.get(accessKeyId);
    if (known) return known;
    const { rows } = await database.query<SessionRow>(
      'select * from sts_sessions where access_key_id = $1',
      [accessKeyId],
    );
    if (rows[0]) rowsByKey.set(accessKeyId, rows[0]);
    return rows[0] ?? null;
  }

  function describe(
    session: Omit<NewSession, 'seconds'>,
    accessKeyId: string,
    expiresAt: Date | null,
  ): Caller {
    const { role, sessionName } = session;
    return {
      accountId: role.accountId,
      arn: sessionArn(role.accountId, role.name, sessionName),
      userId: `${role.roleId}:${sessionName}`,
      accessKeyId,
      roleArn: role.arn,
      principalTags: overrideTags(role.tags, session.tags),
      sourceIdentity: session.sourceIdentity,
      sessionPolicy: session.sessionPolicy,
      expiresAt,
    };
  }

  /** A role that was deleted, or made again under its old name, has no sessions. */
  async function livingRole(accountId: string, name: string, roleId: string): Promise<Role | null> {
    const role = await roles.find(accountId, name);
    if (role?.roleId !== roleId || !(await deps.isActive(accountId))) return null;
    return role;
  }

  async function lookupService(accessKeyId: string, token: string | null): Promise<KeyLookup> {
    const { rows } = await database.query<{
      account_id: string;
      role_name: string;
      role_id: string;
    }>('select account_id, role_name, role_id from iam_service_keys where access_key_id = $1', [
      accessKeyId,
    ]);
    const key = rows[0];
    const role = key && (await livingRole(key.account_id, key.role_name, key.role_id));
    if (!role) return { found: false, fault: 'unknown-key' };
    if (token) return { found: false, fault: 'invalid-token' };
    const session = {
      role,
      sessionName: role.name,
      tags: {},
      transitiveTagKeys: [],
      sourceIdentity: null,
      sessionPolicy: null,
    };
    return {
      found: true,
      secret: secretOf(accessKeyId),
      caller: describe(session, accessKeyId, null),
    };
  }

  return {
    describe,

    async lookup(accessKeyId, sessionToken) {
      if (!accessKeyId.startsWith('ASIA')) return lookupService(accessKeyId, sessionToken);
      const row = await sessionRow(accessKeyId);
      if (!row) return { found: false, fault: 'unknown-key' };
      if (!sessionToken || !timingSafeEqual(hashToken(sessionToken), row.token_sha256)) {
        return { found: false, fault: 'invalid-token' };
      }
      if (row.expires_at <= deps.now()) return { found: false, fault: 'expired-token' };
      const role = await livingRole(row.account_id, row.role_name, row.role_id);
      if (!role) return { found: false, fault: 'unknown-key' };
      const session = {
        role,
        sessionName: row.session_name,
        tags: row.tags,
        transitiveTagKeys: row.transitive_tag_keys,
        sourceIdentity: row.source_identity,
        sessionPolicy: row.session_policy,
      };
      return {
        found: true,
        secret: secretOf(accessKeyId),
        caller: describe(session, accessKeyId, row.expires_at),
      };
    },

    async issue(session) {
      const accessKeyId = newSessionKeyId();
      const sessionToken = randomBytes(96).toString('base64');
      const issuedAt = deps.now();
      const expiration = new Date(Math.floor(issuedAt.getTime() / 1000 + session.seconds) * 1000);
      await database.query(
        `insert into sts_sessions (access_key_id, token_sha256, account_id, role_name, role_id, session_name,
           tags, transitive_tag_keys, source_identity, session_policy, issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
        [
          accessKeyId,
          hashToken(sessionToken),
          session.role.accountId,
          session.role.name,
          session.role.roleId,
          session.sessionName,
          JSON.stringify(session.tags),
          session.transitiveTagKeys,
          session.sourceIdentity,
          session.sessionPolicy,
          issuedAt,
          expiration,
        ],
      );
      return { accessKeyId, secretAccessKey: secretOf(accessKeyId), sessionToken, expiration };
    },

    async tagsOf(accessKeyId) {
      const row = await sessionRow(accessKeyId);
      return { tags: row?.tags ?? {}, transitiveTagKeys: row?.transitive_tag_keys ?? [] };
    },

    async serviceKey(role) {
      const { rows } = await database.query<{ access_key_id: string }>(
        `insert into iam_service_keys (access_key_id, account_id, role_name, role_id)
         values ($1, $2, $3, $4)
         on conflict (account_id, role_name) do update set role_id = $4
         returning access_key_id`,
        [newServiceKeyId(), role.accountId, role.name, role.roleId],
      );
      const accessKeyId = rows[0]?.access_key_id ?? '';
      return { accessKeyId, secretAccessKey: secretOf(accessKeyId) };
    },

    async purge() {
      await database.query('delete from sts_sessions where expires_at < $1', [
        new Date(deps.now().getTime() - 3_600_000),
      ]);
    },
  };
}

const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Session tags win over role tags of the same key in any letter case, as at AWS. */
export function overrideTags(
  roleTags: Readonly<Record<string, string>>,
  sessionTags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const overridden = new Set(Object.keys(sessionTags).map((key) => key.toLowerCase()));
  const kept = Object.entries(roleTags).filter(([key]) => !overridden.has(key.toLowerCase()));
  return { ...Object.fromEntries(kept), ...sessionTags };
}
