import type { Database } from './database.ts';
import type { WebIdentity } from './iam/web-identity.ts';
import type { PublicHandler } from './wire/server.ts';

/** What anybody may ask: whether Studio lives, and the keys that its identity tokens are verified with. */
export function createPublicHandler(deps: {
  readonly database: Database;
  readonly webIdentity: WebIdentity;
}): PublicHandler {
  return async (path, response) => {
    const send = (status: number, body: unknown): true => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
      return true;
    };
    switch (path) {
      case '/healthz':
        return deps.database.query('select 1').then(
          () => send(200, { status: 'ok' }),
          () => send(503, { status: 'the database does not answer' }),
        );
      case '/sts/.well-known/openid-configuration':
        return send(200, deps.webIdentity.discovery);
      case '/sts/jwks':
        return send(200, deps.webIdentity.keySet);
      default:
        return false;
    }
  };
}
