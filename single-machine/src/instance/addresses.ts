/** Every listener of an instance, as an offset from `ATELIER_PORT`. Gaps are kept for services to come. */
export const portOffsets = {
  'front-door': 0,
  studio: 1,
  'postgres-primary': 2,
  'postgres-replica': 3,
  'identity-provider': 10,
  registration: 11,
  'tenant-management': 12,
  'user-management': 13,
  'customer-management': 15,
  'workbench-management': 18,
  'data-management': 19,
  'data-management-worker': 20,
  mail: 21,
  smtp: 22,
} as const;

export type Listener = keyof typeof portOffsets;

/** Where people and programs find an instance. */
export interface Addresses {
  readonly landing: string;
  readonly crm: string;
  readonly admin: string;
  readonly identity: string;
  readonly api: string;
  /** Studio's AWS API; an address, because SDKs put the bucket before a name. */
  readonly studio: string;
  readonly mail: string;
}

export const DEFAULT_PORT = 8080;

export function portOf(basePort: number, listener: Listener): number {
  return basePort + portOffsets[listener];
}

export function addressesOf(basePort: number): Addresses {
  const at = (host: string) => `http://${host}:${portOf(basePort, 'front-door')}`;
  return {
    landing: at('atelier.localhost'),
    crm: at('crm.atelier.localhost'),
    admin: at('admin.atelier.localhost'),
    identity: at('id.atelier.localhost'),
    api: `${at('atelier.localhost')}/api`,
    studio: `http://127.0.0.1:${portOf(basePort, 'studio')}`,
    mail: at('mail.atelier.localhost'),
  };
}
