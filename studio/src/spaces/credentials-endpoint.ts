import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RoleSessions } from '../iam/access.ts';
import { assumeServiceRole } from '../sagemaker/service-role.ts';
import type { AppStore } from './app-store.ts';
import { CREDENTIALS_PATH } from './notebook-environment.ts';

const KEYS_SECONDS = 3600;

/** Finds the role that a user profile's notebooks act with. */
export type ExecutionRoleOf = (
  accountId: string,
  domainId: string,
  profile: string,
) => Promise<string>;

/**
 * Answers a space's container its keys, as SDKs ask for them (`AWS_CONTAINER_CREDENTIALS_FULL_URI`). The socket tells the
 * account, the token of the start tells the app; both must agree.
 */
export const createCredentialsEndpoint = (deps: {
  readonly apps: AppStore;
  readonly roles: RoleSessions;
  readonly executionRoleOf: ExecutionRoleOf;
}): ((
  request: IncomingMessage,
  response: ServerResponse,
  accountId: string,
) => Promise<boolean>) => {
  const refuse = (response: ServerResponse, status: number, message: string): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code: 'AccessDenied', message }));
  };

  return async (request, response, accountId) => {
    if (request.url?.split('?')[0] !== CREDENTIALS_PATH) return false;
    const token = request.headers.authorization ?? '';
    const app = token === '' ? null : await deps.apps.byCredentialsToken(token);
    if (request.method !== 'GET' || app === null || app.accountId !== accountId) {
      refuse(response, 403, 'These keys are for the notebook that Studio started, while it runs.');
      return true;
    }
    const role = await deps.executionRoleOf(app.accountId, app.domainId, app.ownerProfile);
    const session = await assumeServiceRole(deps.roles, role, accountId, app.ownerProfile);
    const keys = await deps.roles.issueKeys(session, KEYS_SECONDS);
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(
      JSON.stringify({
        RoleArn: role,
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        Token: keys.sessionToken,
        Expiration: keys.expiration.toISOString().replace(/\.\d+Z$/, 'Z'),
      }),
    );
    return true;
  };
};
