/** A service has this name in every tree: folder, contract, schema (hyphens become underscores), image, docs. */
export const SERVICES = [
  'registration',
  'tenant-management',
  'user-management',
  'customer-management',
  'workbench-management',
  'data-management',
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Who may sign a service token: the services, and the two processes that are no service to browsers. */
export const SERVICE_CALLERS = [...SERVICES, 'data-management-worker', 'front-door'] as const;
export type ServiceCaller = (typeof SERVICE_CALLERS)[number];
