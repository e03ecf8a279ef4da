/** A database role to exist; `password` null: nobody signs in as it. */
export interface Role {
  readonly name: string;
  readonly password: string | null;
  /** May make roles and, since PostgreSQL 16, change only those that it made. */
  readonly makesRoles?: boolean;
}

/** Who keeps tables of its own in the database `atelier`. */
export const schemas = [
  'registration',
  'tenant-management',
  'user-management',
  'customer-management',
  'workbench-management',
  'data-management',
  'data-management-worker',
  'identity-provider',
  'front-door',
] as const;

export type SchemaOwner = (typeof schemas)[number];

/** How SQL spells the name of a service. */
export const sqlName = (service: SchemaOwner): string => service.replaceAll('-', '_');

/** The role that all extraction logins belong to; columns are granted to it by the services that own them. */
export const EXTRACTION_READER = 'extraction_reader';

/** Makes and drops extraction logins, by functions of its migrations. */
const MAKES_EXTRACTION_LOGINS: SchemaOwner = 'registration';

/** Owner of what the single-machine queue, event bus and state store keep. */
export const CLOUD = 'cloud';
export const STUDIO = 'studio';

/** Every role of an instance. */
export function rolesOf(secretFor: (use: string) => string): Role[] {
  const login = (name: string): Role => ({ name, password: secretFor(`postgres/${name}`) });
  return [
    ...schemas.flatMap((service): Role[] => [
      {
        name: `${sqlName(service)}_owner`,
        password: null,
        makesRoles: service === MAKES_EXTRACTION_LOGINS,
      },
      login(`${sqlName(service)}_app`),
      login(`${sqlName(service)}_operator`),
    ]),
    { name: EXTRACTION_READER, password: null },
    login(CLOUD),
    login(STUDIO),
  ];
}

/** Members of `extraction_reader` are made by this role. */
export const extractionLoginMaker = `${sqlName(MAKES_EXTRACTION_LOGINS)}_owner`;
