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

/** A peer that has not answered by then is taken for down; long work is asked for, never waited for. */
const PEER_DEADLINE_MS = 10_000;

const withDeadline =
  (send: typeof fetch): typeof fetch =>
  (input, init) => {
    const deadline = AbortSignal.timeout(PEER_DEADLINE_MS);
    const given = init?.signal;
    const signal = given ? AbortSignal.any([given, deadline]) : deadline;
    return send(input, { ...init, signal });
  };

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
        fetch: withDeadline(deps.fetch ?? fetch),
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
