import type {
  AssumeRoleResponse,
  GetCallerIdentityResponse,
  GetWebIdentityTokenResponse,
} from '@aws-sdk/client-sts';
import { validationError } from '../wire/errors.ts';
import { operation, type RpcService } from '../wire/operation.ts';
import type { Caller } from './access.ts';
import { type Assumption, accessFor, readAssumption } from './assume-role.ts';
import { type Input, integer, tags, text, texts } from './input.ts';
import { parseRoleArn } from './names.ts';
import { requestTagContext } from './operations/role-access.ts';
import type { RoleStore } from './role-store.ts';
import type { Sessions } from './sessions.ts';
import type { SigningAlgorithm, WebIdentity } from './web-identity.ts';

export function createStsService(deps: {
  readonly roles: RoleStore;
  readonly sessions: Sessions;
  readonly webIdentity: WebIdentity;
  readonly organizationId: string;
}): RpcService {
  const read = async (input: Input, caller: Caller): Promise<Assumption> =>
    readAssumption(input, caller, await deps.sessions.tagsOf(caller.accessKeyId));

  return {
    protocol: 'query',
    name: 'sts',
    target: '2011-06-15',
    operations: [
      operation<Input, GetCallerIdentityResponse>({
        name: 'GetCallerIdentity',
        // As at AWS nobody can be denied to learn who he is.
        access: () => [],
        handle: async (_input, { caller }) => ({
          UserId: caller.userId,
          Account: caller.accountId,
          Arn: caller.arn,
        }),
      }),

      operation<Input, AssumeRoleResponse>({
        name: 'AssumeRole',
        access: async (input, { caller }) => {
          const assumption = await read(input, caller);
          return accessFor(assumption, await deps.roles.findByArn(assumption.roleArn));
        },
        handle: async (input, { caller }) => {
          const assumption = await read(input, caller);
          const { accountId = '', name = '' } = parseRoleArn(assumption.roleArn) ?? {};
          const role = await deps.roles.get(accountId, name);
          if (assumption.seconds > role.maxSessionSeconds) {
            throw validationError(
              'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
            );
          }
          const session = { ...assumption, role };
          const keys = await deps.sessions.issue(session);
          const assumed = deps.sessions.describe(session, keys.accessKeyId, keys.expiration);
          return {
            Credentials: {
              AccessKeyId: keys.accessKeyId,
              SecretAccessKey: keys.secretAccessKey,
              SessionToken: keys.sessionToken,
              Expiration: keys.expiration,
            },
            AssumedRoleUser: { AssumedRoleId: assumed.userId, Arn: assumed.arn },
            ...(assumption.sourceIdentity !== null && {
              SourceIdentity: assumption.sourceIdentity,
            }),
          };
        },
      }),

      operation<Input, GetWebIdentityTokenResponse>({
        name: 'GetWebIdentityToken',
        access: (input) => {
          const request = readTokenRequest(input);
          return [
            {
              action: 'sts:GetWebIdentityToken',
              resource: '*',
              context: {
                'sts:IdentityTokenAudience': request.audience,
                'sts:SigningAlgorithm': request.algorithm,
                'sts:DurationSeconds': String(request.seconds),
                ...requestTagContext(request.tags),
              },
            },
          ];
        },
        handle: async (input, { caller, region }) => {
          const { token, expiration } = await deps.webIdentity.issueToken({
            caller,
            ...readTokenRequest(input),
            region,
            organizationId: deps.organizationId,
          });
          return { WebIdentityToken: token, Expiration: expiration };
        },
      }),
    ],
  };
}

function readTokenRequest(input: Input): {
  audience: readonly string[];
  algorithm: SigningAlgorithm;
  seconds: number;
  tags: Readonly<Record<string, string>>;
} {
  const audience = texts(input, 'Audience', 10);
  if (audience.length === 0 || audience.some((one) => one.length < 1 || one.length > 1_000)) {
    throw validationError('Audience must be 1 to 10 texts of at most 1,000 characters.');
  }
  return {
    audience,
    algorithm: text(input, 'SigningAlgorithm', /^(ES384|RS256)$/) as SigningAlgorithm,
    seconds: integer(input, 'DurationSeconds', { min: 60, max: 3_600, fallback: 300 }),
    tags: tags(input),
  };
}
