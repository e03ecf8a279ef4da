import { join } from 'node:path';
import type { Application, ApplicationName } from '@atelier/front-door';
import type { WebClient } from '@atelier/identity-provider';
import type { Instance } from '../instance/instance.ts';
import type { Secrets } from '../instance/secrets.ts';

const NAMES: Readonly<Record<ApplicationName, string>> = {
  landing: 'Atelier',
  crm: 'Atelier CRM',
  admin: 'Atelier Admin',
};

function clientOf(instance: Instance, secrets: Secrets, name: ApplicationName) {
  return {
    origin: instance.addresses[name],
    clientId: `atelier-${name}`,
    clientSecret: secrets.secretFor(`oidc/${name}`),
  };
}

/** The applications as the identity provider knows them. */
export function webClientsOf(instance: Instance, secrets: Secrets): WebClient[] {
  return (['landing', 'crm', 'admin'] as const).map((name) => ({
    ...clientOf(instance, secrets, name),
    name: NAMES[name],
  }));
}

/** The applications as the front-door serves them, out of the folder that holds their builds. */
export function applicationsOf(
  instance: Instance,
  secrets: Secrets,
  builds: string,
): [Application, ...Application[]] {
  const served = (name: ApplicationName): Application => ({
    ...clientOf(instance, secrets, name),
    name,
    directory: join(builds, name),
  });
  return [served('landing'), served('crm'), served('admin')];
}
