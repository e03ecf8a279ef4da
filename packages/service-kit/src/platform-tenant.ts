/** Stands for the provider itself where a tenant's id is asked for: its audit chain, its idempotency keys. */
export const PLATFORM_TENANT = '00000000-0000-0000-0000-000000000000';
