import {
  type Client,
  createClient,
  type Operation,
  operationsByService,
  type ServiceName,
} from '@atelier/contracts';
import { serviceSubject, type TokenSigner } from './tokens.ts';

export type PeerAddresses = Readonly<Record<ServiceName, string>>;

/** Calls another service in this service's own name, for a tenant (or for none) and on behalf of a user, if any. */
export type Peers = <Service extends ServiceName>(
  service: Service,
  on: { tenantId: string | null; requestId: string; userId?: string | null },
) => Client<(typeof operationsByService)[Service]>;

export const createPeers = (deps: {
  signer: TokenSigner;
  addresses: PeerAddresses;
  fetch?: typeof fetch;
}): Peers => {
  return (service, on) =>
    createClient<(typeof operationsByService)[typeof service]>(
      operationsByService[service] as Readonly<
        Record<string, Operation>
      > as (typeof operationsByService)[typeof service],
      {
        baseUrl: deps.addresses[service],
        ...(deps.fetch === undefined ? {} : { fetch: deps.fetch }),
        headers: async () => ({
          authorization: `Bearer ${await deps.signer.sign(
            service,
            serviceSubject(deps.signer.caller, on.tenantId, on.userId ?? null),
          )}`,
          'x-request-id': on.requestId,
        }),
      },
    );
};
