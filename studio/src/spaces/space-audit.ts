import type { IncomingMessage } from 'node:http';
import { v7 as uuidv7 } from 'uuid';
import type { Logger } from '../logger.ts';
import type { Audit } from '../wire/audit.ts';
import type { Access } from './access-store.ts';
import { type Place, profileArn } from './names.ts';

/** Who opened a notebook, and who was kept out. */
export interface SpaceAudit {
  opened(who: Access, request: IncomingMessage): Promise<void>;
  /** `who` is null when nobody could be made of the request: then the provider's audit shows it. */
  refused(who: Access | null, request: IncomingMessage, reason: string): Promise<void>;
}

/** The same refusal again within this time is not written again: a tab left open asks every few seconds. */
const REPEATED_MS = 10_000;
const REMEMBERED = 1000;

export const createSpaceAudit = (deps: {
  readonly audit: Pick<Audit, 'record'>;
  readonly providerAccountId: string;
  readonly region: string;
  readonly logger: Logger;
}): SpaceAudit => {
  const seen = new Map<string, number>();

  const isRepeated = (key: string): boolean => {
    const nowMs = performance.now();
    const before = seen.get(key);
    if (before !== undefined && nowMs - before < REPEATED_MS) return true;
    if (seen.size >= REMEMBERED) seen.clear();
    seen.set(key, nowMs);
    return false;
  };

  const record = async (
    who: Access | null,
    request: IncomingMessage,
    refusal: string | null,
  ): Promise<void> => {
    const accountId = who?.accountId ?? deps.providerAccountId;
    const place: Place = { accountId, region: deps.region };
    const arn = who === null ? null : profileArn(place, who.domainId, who.profile);
    await deps.audit.record({
      requestId: uuidv7(),
      at: new Date(),
      caller:
        who === null || arn === null
          ? null
          : {
              accountId,
              arn,
              userId: who.profile,
              accessKeyId: '',
              roleArn: null,
              principalTags: {},
              sourceIdentity: null,
              sessionPolicy: null,
              expiresAt: null,
            },
      accessKeyId: null,
      service: 'sagemaker',
      operation: 'OpenSpace',
      region: deps.region,
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent: request.headers['user-agent'] ?? '',
      // Never the address's query: it carries the ticket.
      parameters: { host: request.headers.host, path: (request.url ?? '').split('?')[0] },
      resources: arn === null ? [] : [{ arn, accountId }],
      error: refusal === null ? null : { code: 'AccessDenied', message: refusal },
      recipients: [accountId],
    });
  };

  return {
    opened: (who, request) => record(who, request, null),
    async refused(who, request, reason) {
      deps.logger.warn('a request to a notebook was refused', {
        host: request.headers.host,
        reason,
      });
      const key = `${who?.accountId} ${who?.profile} ${request.headers.host} ${reason}`;
      if (!isRepeated(key)) await record(who, request, reason);
    },
  };
};
