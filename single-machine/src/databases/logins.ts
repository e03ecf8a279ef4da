import { SERVICES } from '@atelier/contracts';
import { schemaOf } from '@atelier/service-kit';

/** Who keeps tables of its own in the database `atelier`. */
export const SCHEMA_OWNERS = [
  ...SERVICES,
  'data-management-worker',
  'identity-provider',
  'front-door',
] as const;
export type SchemaOwner = (typeof SCHEMA_OWNERS)[number];

/** What a service signs in for: its tenants' work, or an operator's. */
export type Login = 'app' | 'operator';

/** Owner of what the single-machine queue, event bus and state store keep. */
export const CLOUD = 'cloud';
export const STUDIO = 'studio';

export const loginOf = (service: SchemaOwner, login: Login): string =>
  `${schemaOf(service)}_${login}`;

/** The use by which the password of a database role is derived (`Secrets.secretFor`). */
export const passwordUse = (role: string): string => `postgres/${role}`;

export const databaseNames = { atelier: 'atelier', studio: 'studio' } as const;
