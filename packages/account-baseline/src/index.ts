export * from './account-baseline.ts';
export * from './execution-role.ts';
export * from './guardrails.ts';
export * from './names.ts';
export * from './policy.ts';
export * from './purpose-roles.ts';
export * from './service-roles.ts';
export * from './tenant-role.ts';
