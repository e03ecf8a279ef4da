import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../database.ts';

/** Whose notebook is meant: what a ticket and a session are bound to. */
export interface Access {
  readonly accountId: string;
  readonly domainId: string;
  readonly profile: string;
  readonly spaceName: string;
}

export interface Session extends Access {
  /** SHA-256 of the cookie's value, hexadecimal: names the session without opening it. */
  readonly id: string;
  readonly expiresAt: Date;
}

export interface RedeemedTicket {
  readonly access: Access;
  readonly landing: string;
  readonly sessionSeconds: number;
  /** It opens nothing any more. */
  readonly expired: boolean;
}

export interface AccessStore {
  /** A secret that opens the space once, within `seconds`. */
  mintTicket(
    access: Access,
    ticket: { seconds: number; landing: string; sessionSeconds: number },
  ): Promise<string>;
  /** Uses the ticket up; null when it is unknown or used. */
  redeem(ticket: string): Promise<RedeemedTicket | null>;
  openSession(access: Access, seconds: number): Promise<{ secret: string; session: Session }>;
  findSession(secret: string): Promise<Session | null>;
  /** Ends tickets and sessions; `profile` and `domainId` narrow it. */
  revoke(what: {
    accountId: string;
    domainId?: string;
    profile?: string;
    spaceName?: string;
  }): Promise<void>;
  removeExpired(): Promise<void>;
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
const newSecret = (): string => randomBytes(32).toString('base64url');

export const createAccessStore = (database: Database): AccessStore => {
  const sessionColumns = `encode(hash, 'hex') as id, account_id as "accountId", domain_id as "domainId", profile,
    space_name as "spaceName", expires_at as "expiresAt"`;
  return {
    async mintTicket({ accountId, domainId, profile, spaceName }, ticket) {
      const secret = newSecret();
      await database.query(
        `insert into spaces.ticket (hash, account_id, domain_id, profile, space_name, landing, session_seconds,
           expires_at) values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))`,
        [
          hashOf(secret),
          accountId,
          domainId,
          profile,
          spaceName,
          ticket.landing,
          ticket.sessionSeconds,
          ticket.seconds,
        ],
      );
      return secret;
    },
    async redeem(ticket) {
      const { rows } = await database.query<Access & Omit<RedeemedTicket, 'access'>>(
        `delete from spaces.ticket where hash = $1
         returning account_id as "accountId", domain_id as "domainId", profile, space_name as "spaceName", landing,
           session_seconds as "sessionSeconds", expires_at <= now() as expired`,
        [hashOf(ticket)],
      );
      const row = rows[0];
      if (row === undefined) return null;
      const { landing, sessionSeconds, expired, ...access } = row;
      return { access, landing, sessionSeconds, expired };
    },
    async openSession({ accountId, domainId, profile, spaceName }, seconds) {
      const secret = newSecret();
      const { rows } = await database.query<Session>(
        `insert into spaces.session (hash, account_id, domain_id, profile, space_name, expires_at)
         values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6)) returning ${sessionColumns}`,
        [hashOf(secret), accountId, domainId, profile, spaceName, seconds],
      );
      const [session] = rows;
      if (session === undefined) throw new Error('the session was not stored');
      return { secret, session };
    },
    async findSession(secret) {
      const { rows } = await database.query<Session>(
        `select ${sessionColumns} from spaces.session where hash = $1 and expires_at > now()`,
        [hashOf(secret)],
      );
      return rows[0] ?? null;
    },
    async revoke({ accountId, domainId, profile, spaceName }) {
      for (const table of ['ticket', 'session']) {
        await database.query(
          `delete from spaces.${table} where account_id = $1 and ($2::text is null or domain_id = $2)
             and ($3::text is null or lower(profile) = lower($3)) and ($4::text is null or space_name = $4)`,
          [accountId, domainId ?? null, profile ?? null, spaceName ?? null],
        );
      }
    },
    async removeExpired() {
      await database.query('delete from spaces.ticket where expires_at < now()');
      await database.query('delete from spaces.session where expires_at < now()');
    },
  };
};
