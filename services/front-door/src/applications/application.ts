import type { Principal } from '@atelier/contracts';

export const APPLICATIONS = ['landing', 'crm', 'admin'] as const;
export type ApplicationName = (typeof APPLICATIONS)[number];

/** A static application on an origin of its own, and its client at the identity provider. */
export interface Application {
  readonly name: ApplicationName;
  /** `http://crm.atelier.localhost:8080`, without a trailing slash. */
  readonly origin: string;
  /** Where its built files are. */
  readonly directory: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Whom an application is for: the CRM for people of tenants, the admin for operators. */
export const admits = (application: ApplicationName, principal: Principal): boolean => {
  switch (application) {
    case 'landing':
      return true;
    case 'crm':
      return principal.tenantId !== null;
    case 'admin':
      return principal.tenantId === null && principal.roles.includes('platform_operator');
  }
};

/** The part of a cookie's name that tells applications and, since cookies know no ports, instances apart. */
export const cookiePrefix = ({ name, origin }: Pick<Application, 'name' | 'origin'>): string => {
  const { port, protocol } = new URL(origin);
  return `__Host-atelier-${port || (protocol === 'https:' ? '443' : '80')}-${name}`;
};
