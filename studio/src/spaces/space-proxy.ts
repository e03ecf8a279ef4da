import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer } from 'httpxy';
import type { AccessStore, RedeemedTicket, Session } from './access-store.ts';
import type { Connections } from './connections.ts';
import type { SpacesLimits } from './deps.ts';
import { originLabel, SPACES_DOMAIN } from './names.ts';
import { PAGES, sendPage } from './pages.ts';
import { cookieOf, refusalByOrigin } from './request-guard.ts';
import type { RunningLab, RunningLabs } from './running-labs.ts';
import type { SpaceAudit } from './space-audit.ts';

export const TICKET_PATH = '/auth';

export interface SpaceProxy {
  handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void>;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Forgets what was looked up about sessions; after a revocation. */
  forgetSessions(): void;
}

/** How long a session is believed without asking the database; revocation forgets it at once. */
const SESSION_BELIEVED_MS = 5000;

/** Never reach JupyterLab: the product's cookies, and what would tell it who asks. */
const STRIPPED_REQUEST_HEADERS = [
  'cookie',
  'authorization',
  'origin',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
  'x-xsrftoken',
];

/** Never reach the browser: JupyterLab trusts whoever has its token, and would open itself to any origin. */
const STRIPPED_RESPONSE_HEADERS = [
  'set-cookie',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'server',
];

interface Admitted {
  readonly session: Session;
  readonly lab: RunningLab;
}
type Page = (typeof PAGES)[keyof typeof PAGES];

/** The way from a browser to a JupyterLab: on the profile's own origin, with a session, every time. */
export const createSpaceProxy = (deps: {
  readonly access: AccessStore;
  readonly labs: RunningLabs;
  readonly connections: Connections;
  readonly limits: SpacesLimits;
  readonly publicPort: () => number;
  readonly launchPageUrl: string | null;
  readonly audit: SpaceAudit;
}): SpaceProxy => {
  const { access, labs, connections, limits, audit } = deps;
  const believed = new Map<string, { session: Session; untilMs: number }>();
  // Cookies ignore ports, so that two instances on one machine would share them but for the name.
  const cookieName = (): string => `__Host-atelier-space-${deps.publicPort()}`;

  const sessionOf = async (request: IncomingMessage): Promise<Session | null> => {
    const secret = cookieOf(request, cookieName());
    if (secret === null) return null;
    const known = believed.get(secret);
    if (known !== undefined && known.untilMs > performance.now()) return known.session;
    believed.delete(secret);
    const session = await access.findSession(secret);
    if (session !== null) {
      if (believed.size > 10_000) believed.clear();
      believed.set(secret, { session, untilMs: performance.now() + SESSION_BELIEVED_MS });
    }
    return session;
  };

  const admit = async (
    request: IncomingMessage,
    kind: 'request' | 'upgrade',
  ): Promise<Admitted | Page> => {
    const session = await sessionOf(request);
    // The cookie is the host's alone; a session of another profile's is none here.
    const isOwn =
      session !== null &&
      originLabel(session.accountId, session.domainId, session.profile) === labelOf(request);
    const refusal = refusalByOrigin(request, kind);
    if (refusal !== null) {
      await audit.refused(session, request, refusal);
      return PAGES.refused;
    }
    if (!isOwn || session.expiresAt <= new Date()) {
      const reason = session === null ? 'no session' : "a session of another profile's";
      await audit.refused(session, request, isOwn ? 'an expired session' : reason);
      return PAGES.expired;
    }
    const lab = labs.bySpace(session.accountId, session.domainId, session.spaceName);
    return lab === null ? PAGES.notRunning : { session, lab };
  };

  const redeem = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const ticket = new URL(request.url ?? '', 'http://localhost').searchParams.get('token') ?? '';
    const redeemed = ticket === '' ? null : await access.redeem(ticket);
    const refusal = refusalOfTicket(redeemed, labelOf(request));
    if (redeemed === null || refusal !== null) {
      await audit.refused(redeemed?.access ?? null, request, refusal ?? '');
      sendPage(response, PAGES.expired, deps.launchPageUrl);
      return;
    }
    const bound = redeemed.access;
    const { secret } = await access.openSession(bound, redeemed.sessionSeconds);
    await audit.opened(bound, request);
    response.writeHead(303, {
      location: redeemed.landing,
      'set-cookie': `${cookieName()}=${secret}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=${redeemed.sessionSeconds}`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    response.end();
  };

  const proxy = createProxyServer();
  proxy.on('proxyRes', (answer) => {
    for (const name of STRIPPED_RESPONSE_HEADERS) delete answer.headers[name];
    answer.headers['cross-origin-opener-policy'] = 'same-origin';
    answer.headers['cross-origin-resource-policy'] = 'same-origin';
    answer.headers['referrer-policy'] = 'same-origin';
  });
  proxy.on('error', (_error, _request, response) => {
    if (response === undefined || response instanceof Socket) return;
    if (response.headersSent) response.destroy();
    else sendPage(response, PAGES.notRunning, deps.launchPageUrl);
  });

  const toLab = (request: IncomingMessage, lab: RunningLab) => {
    for (const name of STRIPPED_REQUEST_HEADERS) delete request.headers[name];
    return {
      target: { socketPath: lab.listener },
      headers: { authorization: `token ${lab.token}` },
    };
  };

  return {
    async handleRequest(request, response) {
      if (request.method === 'GET' && pathOf(request) === TICKET_PATH) {
        await redeem(request, response);
        return;
      }
      const admitted = await admit(request, 'request');
      if (!('lab' in admitted)) {
        sendPage(response, admitted, deps.launchPageUrl);
        return;
      }
      if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytes) {
        response.writeHead(413, { connection: 'close' }).end();
        return;
      }
      const { session, lab } = admitted;
      if (!connections.track(session, lab.app.startId, request.socket)) {
        response.writeHead(429, { connection: 'close' }).end();
        return;
      }
      await proxy.web(request, response, toLab(request, lab));
    },

    async handleUpgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      const admitted = await admit(request, 'upgrade');
      if (!('lab' in admitted)) {
        refuseUpgrade(socket, admitted.status);
        return;
      }
      const { session, lab } = admitted;
      if (!(socket instanceof Socket) || !connections.track(session, lab.app.startId, socket)) {
        refuseUpgrade(socket, 429);
        return;
      }
      const upgrade = createProxyServer();
      upgrade.on('error', () => socket.destroy());
      upgrade.on('open', (upstream) => {
        socket.once('close', () => upstream.destroy());
        upstream.once('close', () => socket.destroy());
      });
      await upgrade.ws(request, socket, toLab(request, lab), head);
    },

    forgetSessions: () => believed.clear(),
  };
};

/** Why a ticket opens nothing here; null when it does. */
const refusalOfTicket = (redeemed: RedeemedTicket | null, label: string | null): string | null => {
  if (redeemed === null) return 'an unknown or used link';
  if (redeemed.expired) return 'an expired link';
  const { accountId, domainId, profile } = redeemed.access;
  return originLabel(accountId, domainId, profile) === label ? null : "a link to another's origin";
};

const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?')[0] ?? '/';

const labelOf = (request: IncomingMessage): string | null => {
  const host = (request.headers.host ?? '').split(':')[0] ?? '';
  return host.endsWith(`.${SPACES_DOMAIN}`) ? host.slice(0, -SPACES_DOMAIN.length - 1) : null;
};

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

const refuseUpgrade = (socket: Duplex, status: number): void => {
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Refused'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
};
