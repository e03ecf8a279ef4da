import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { ApplicationName } from '../applications/application.ts';

/** A browser that is signed in at one application. */
export interface Session {
  /** Names it in logs and tokens; opens nothing. */
  readonly id: string;
  readonly application: ApplicationName;
  readonly issuer: string;
  readonly subject: string;
  readonly userId: string;
  readonly tenantId: string | null;
  readonly idToken: string;
  readonly expiresAt: Date;
}

export interface SessionLimits {
  /** Ends when nothing was asked for so long. */
  readonly idleSeconds: number;
  /** Ends then in any case. */
  readonly absoluteSeconds: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  idleSeconds: 2 * 3600,
  absoluteSeconds: 12 * 3600,
};

/** `last_seen_at` is written at most so often. */
const TOUCH_SECONDS = 60;

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export const createSessionStore = (deps: { pool: Pool; limits: SessionLimits }) => {
  const { pool, limits } = deps;
  return {
    /** The value for the cookie: new each time, so that nobody can plant one beforehand. */
    open: async (given: Omit<Session, 'id' | 'expiresAt'>): Promise<string> => {
      const secret = randomBytes(32).toString('base64url');
      await pool.query(
        `insert into sessions (id, secret_hash, application, issuer, subject, user_id, tenant_id, id_token, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9))`,
        [
          uuidv7(),
          hashOf(secret),
          given.application,
          given.issuer,
          given.subject,
          given.userId,
          given.tenantId,
          given.idToken,
          limits.absoluteSeconds,
        ],
      );
      return secret;
    },

    /** Null when there is none, it has ended, or it belongs to another application. */
    find: async (application: ApplicationName, secret: string): Promise<Session | null> => {
      const { rows } = await pool.query<Session & { stale: boolean }>(
        `select id, application, issuer, subject, user_id as "userId", tenant_id as "tenantId",
                id_token as "idToken",
                least(expires_at, last_seen_at + make_interval(secs => $3)) as "expiresAt",
                last_seen_at < now() - make_interval(secs => $4) as stale
           from sessions
          where secret_hash = $1 and application = $2
            and expires_at > now() and last_seen_at > now() - make_interval(secs => $3)`,
        [hashOf(secret), application, limits.idleSeconds, TOUCH_SECONDS],
      );
      const row = rows[0];
      if (row === undefined) return null;
      const { stale, ...session } = row;
      if (stale) {
        await pool.query('update sessions set last_seen_at = now() where id = $1', [session.id]);
      }
      return session;
    },

    end: async (application: ApplicationName, secret: string): Promise<Session | null> => {
      const { rows } = await pool.query<Session>(
        `delete from sessions where secret_hash = $1 and application = $2
         returning id, application, issuer, subject, user_id as "userId", tenant_id as "tenantId",
                   id_token as "idToken", expires_at as "expiresAt"`,
        [hashOf(secret), application],
      );
      return rows[0] ?? null;
    },

    /** Every session of a user, or with `userId` null of the whole tenant. */
    endAllOf: async (tenantId: string, userId: string | null): Promise<void> => {
      await pool.query(
        'delete from sessions where tenant_id = $1 and ($2::uuid is null or user_id = $2)',
        [tenantId, userId],
      );
    },

    sweep: async (): Promise<void> => {
      await pool.query(
        `delete from sessions where expires_at < now()
            or last_seen_at < now() - make_interval(secs => $1)`,
        [limits.idleSeconds],
      );
    },
  };
};
export type SessionStore = ReturnType<typeof createSessionStore>;
