import type { ServerResponse } from 'node:http';
import { v7 as uuidv7 } from 'uuid';
import type { AccessRequest, Authorizer, Caller } from '../iam/access.ts';
import type { Audit } from './audit.ts';
import type { Authenticate, Authentication } from './authenticate.ts';
import { AuthenticationError } from './authentication-error.ts';
import type { RequestHead } from './http-request.ts';
import type { OperationContext } from './operation.ts';

export interface CallDeps {
  readonly authenticate: Authenticate;
  readonly authorizer: Authorizer;
  readonly audit: Audit;
  readonly region: string;
  readonly now: () => Date;
  /** Whose audit shows the calls of nobody. */
  readonly providerAccountId: string;
}

export interface CallOptions {
  readonly response: ServerResponse;
  readonly head: RequestHead;
  /** Account whose socket the request came through; null on TCP. */
  readonly socketAccountId: string | null;
  /** IAM and audit name. */
  readonly service: string;
}

/** One request to the AWS API from its first line to its audit entry. */
export interface Call {
  readonly requestId: string;
  /** Throws `AuthenticationError`. */
  authenticate(signingName: string, readBody: () => Promise<Uint8Array>): Promise<Authentication>;
  context(authentication: Authentication): OperationContext;
  /** For the audit, as far as it is known. */
  describe(what: { operation?: string; parameters?: unknown }): void;
  /** How often something was authorised. */
  readonly checks: number;
  record(error: { code: string; message: string } | null): Promise<void>;
}

export function openCall(deps: CallDeps, options: CallOptions): Call {
  const { response, head, socketAccountId } = options;
  const requestId = uuidv7();
  const at = deps.now();
  const checked: AccessRequest[] = [];
  let caller: Caller | null = null;
  let accessKeyId: string | null = null;
  let operation: string | null = null;
  let parameters: unknown = null;

  const requestContext = {
    'aws:SourceIp': head.sourceIp,
    'aws:SecureTransport': 'false',
    'aws:RequestedRegion': deps.region,
    'aws:UserAgent': head.headers.get('user-agent') ?? '',
  };

  function recipients(): string[] {
    const own = caller?.accountId ?? socketAccountId ?? deps.providerAccountId;
    const others = checked.map((request) => request.resourceAccountId ?? own);
    return [own, ...others, ...(socketAccountId ? [socketAccountId] : [])];
  }

  return {
    requestId,

    async authenticate(signingName, readWholeBody) {
      try {
        const authentication = await deps.authenticate({
          ...head,
          service: signingName,
          readBody: readWholeBody,
        });
        caller = authentication.caller;
        if (socketAccountId !== null && caller.accountId !== socketAccountId) {
          throw new AuthenticationError(
            'foreign-socket',
            'This address serves another account than the one the keys belong to.',
          );
        }
        return authentication;
      } catch (error) {
        if (error instanceof AuthenticationError) accessKeyId = error.accessKeyId;
        throw error;
      }
    },

    context(authentication) {
      const controller = new AbortController();
      response.on('close', () => {
        if (!response.writableFinished) controller.abort();
      });
      return {
        requestId,
        caller: authentication.caller,
        region: authentication.region,
        signal: controller.signal,
        authorize: async (access) => {
          checked.push(access);
          await deps.authorizer.authorize(authentication.caller, {
            ...access,
            context: { ...requestContext, ...access.context },
          });
        },
      };
    },

    describe(what) {
      operation = what.operation ?? operation;
      parameters = what.parameters ?? parameters;
    },

    get checks() {
      return checked.length;
    },

    record: (error) =>
      deps.audit.record({
        requestId,
        at,
        caller,
        accessKeyId,
        service: options.service,
        // A REST service has no operation names of its own: what it first asked for names the call.
        operation: operation ?? checked[0]?.action.split(':')[1] ?? `${head.method}Request`,
        region: deps.region,
        sourceIp: head.sourceIp,
        userAgent: head.headers.get('user-agent') ?? '',
        parameters,
        resources: checked.map((access) => ({
          arn: access.resource,
          accountId: access.resourceAccountId ?? caller?.accountId ?? null,
        })),
        error,
        recipients: recipients(),
      }),
  };
}
