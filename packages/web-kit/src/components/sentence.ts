/** `tenant record` → `Tenant record`; names with capitals of their own (`IAM role`) stay. */
export const sentence = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
