import type { Instance } from '../instance/instance.ts';
import type { Secrets } from '../instance/secrets.ts';

/** An application as the identity provider and the front-door both know it. */
export interface WebClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  readonly origin: string;
}

export const applicationNames = ['landing', 'crm', 'admin'] as const;
export type Application = (typeof applicationNames)[number];

const NAMES: Readonly<Record<Application, string>> = {
  landing: 'Atelier',
  crm: 'Atelier CRM',
  admin: 'Atelier Admin',
};

export function webClientOf(
  instance: Instance,
  secrets: Secrets,
  application: Application,
): WebClient {
  return {
    clientId: `atelier-${application}`,
    clientSecret: secrets.secretFor(`oidc/${application}`),
    name: NAMES[application],
    origin: instance.addresses[application],
  };
}
