import type { AnswerOf, BinaryBody, Operation } from '@atelier/contracts';
import type { z } from 'zod';
import type { ServiceIdentity, UserIdentity } from './identity.ts';
import type { PlatformScope, TenantScope } from './tenant-scope.ts';

type Parsed<Definition, Key extends string> = Definition extends {
  readonly [K in Key]: infer Value;
}
  ? Value extends BinaryBody
    ? AsyncIterable<Uint8Array>
    : Value extends z.ZodType
      ? z.output<Value>
      : undefined
  : undefined;

/** What a handler is given, by who may call: a tenant's person comes with his scope, and there is no other way to one. */
type ScopeOf<Definition extends Operation> = Definition['auth']['kind'] extends 'tenant'
  ? { readonly scope: TenantScope; readonly user: UserIdentity }
  : Definition['auth']['kind'] extends 'service'
    ? {
        readonly caller: ServiceIdentity;
        readonly platform: PlatformScope;
        /** The scope of the tenant in the caller's token. Throws `forbidden` when it acts for none. */
        readonly tenantScope: () => TenantScope;
      }
    : Definition['auth']['kind'] extends 'public'
      ? { readonly platform: PlatformScope }
      : { readonly platform: PlatformScope; readonly user: UserIdentity };

export type CallIn<Definition extends Operation> = ScopeOf<Definition> & {
  readonly params: Parsed<Definition, 'params'>;
  readonly query: Parsed<Definition, 'query'>;
  readonly headers: Parsed<Definition, 'headers'>;
  readonly body: Parsed<Definition, 'body'>;
  readonly requestId: string;
  /** Where the request came from, as front-door saw it. */
  readonly clientAddress: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** The id for what the operation creates; the same when it is tried again with the same key. */
  readonly resourceId: Definition['idempotency'] extends 'required' ? string : undefined;
};

/** Parses nothing and authorises nothing: both are done. It delegates to a use case and gives the answer's body. */
export type Handler<Definition extends Operation> = (
  call: CallIn<Definition>,
) => Promise<[AnswerOf<Definition>] extends [undefined] ? void : AnswerOf<Definition>>;

export type Handlers<Operations extends Readonly<Record<string, Operation>>> = {
  readonly [Name in Exclude<keyof Operations, 'listAudit' | 'listPlatformAudit'>]: Handler<
    Operations[Name]
  >;
};
