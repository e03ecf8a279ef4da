/**
 * The types of things that ids point at. Every id in a contract names one (`refs`), and the isolation tests have for each a
 * way in which a tenant makes one and a proof that it lives.
 */
export const RESOURCE_TYPES = [
  'registration',
  'tenant',
  'user',
  'invitation',
  'api-key',
  'customer',
  'import',
  'binding',
  'scoring-run',
  'workbench-request',
  'launch',
  'extract',
] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];
