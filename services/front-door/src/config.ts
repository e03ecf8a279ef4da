import { SERVICES, type ServiceName } from '@atelier/contracts';
import { type PeerAddresses, readEnvironment } from '@atelier/service-kit';
import type { JWK } from 'jose';
import { z } from 'zod';
import { APPLICATIONS, type Application } from './applications/application.ts';
import type { AccessTokenRules } from './credentials/access-token.ts';
import type { WorkbenchIssuer } from './credentials/workbench-identity.ts';

const origin = z.url().refine((text) => new URL(text).origin === text, 'is not a bare origin');
const secret = z.string().min(16);
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((text) => {
    try {
      return JSON.parse(String(text));
    } catch {
      return undefined;
    }
  }, schema);
const words = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''))
  .pipe(z.array(z.string()).min(1));

/** `registration` → `REGISTRATION_URL`. */
const addressVariable = (service: ServiceName): string =>
  `${service.toUpperCase().replaceAll('-', '_')}_URL`;

const application = (name: string) => ({
  [`${name}_ORIGIN`]: origin,
  [`${name}_CLIENT_ID`]: z.string().min(1),
  [`${name}_CLIENT_SECRET`]: secret,
});

const environment = z.object({
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(8080),
  /** Addresses of the load balancers in front, whose word on the caller's address is taken. */
  TRUSTED_PROXIES: words.optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  DATABASE_URL: z.url(),
  OPERATOR_DATABASE_URL: z.url(),
  EVENTS_DATABASE_URL: z.url(),
  SIGNING_KEY: json(
    z.looseObject({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      kid: z.string(),
      d: z.string(),
    }),
  ),
  COOKIE_SECRET: secret,
  APPLICATIONS_DIRECTORY: z.string().startsWith('/'),
  OIDC_ISSUER: z.url(),
  OIDC_API_AUDIENCE: z.string().min(1),
  /** Empty for a provider that does not type its access tokens. */
  OIDC_ACCESS_TOKEN_TYPE: z.string().default('at+jwt'),
  /** Asymmetric ones alone: a shared secret would make the verifier a forger. */
  OIDC_ALGORITHMS: words
    .refine(
      (names) => names.every((name) => /^(ES|RS|PS)\d{3}$|^Ed/.test(name)),
      'are not all asymmetric',
    )
    .default(['ES256']),
  OIDC_REQUIRED_CLAIMS: json(z.record(z.string(), z.string())).default({}),
  WORKBENCH_ISSUER: z.url(),
  WORKBENCH_JWKS_URI: z.url(),
  WORKBENCH_AUDIENCE: z.string().min(1),
});

const addresses = z.object(
  Object.fromEntries(SERVICES.map((one) => [addressVariable(one), z.url()])),
);
const applications = z.object(
  Object.assign({}, ...APPLICATIONS.map((name) => application(name.toUpperCase()))) as Record<
    string,
    z.ZodType<string>
  >,
);

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly trustedProxies: readonly string[];
  readonly logLevel: string;
  readonly databaseUrl: string;
  readonly operatorDatabaseUrl: string;
  /** Where the event bus lives. */
  readonly eventsDatabaseUrl: string;
  readonly signingKey: JWK;
  readonly cookieSecret: string;
  readonly serviceAddresses: PeerAddresses;
  readonly applications: readonly [Application, ...Application[]];
  readonly accessTokens: AccessTokenRules;
  readonly workbench: WorkbenchIssuer;
}

/** Pure. Throws `ConfigurationError` that names every variable that is missing or wrong. */
export const loadConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const read = readEnvironment(environment.and(addresses).and(applications), env);
  const text = (name: string): string => String(Reflect.get(read, name));
  const served = (name: (typeof APPLICATIONS)[number]): Application => ({
    name,
    origin: text(`${name.toUpperCase()}_ORIGIN`),
    clientId: text(`${name.toUpperCase()}_CLIENT_ID`),
    clientSecret: text(`${name.toUpperCase()}_CLIENT_SECRET`),
    directory: `${read.APPLICATIONS_DIRECTORY}/${name}`,
  });
  return Object.freeze({
    host: read.HOST,
    port: read.PORT,
    trustedProxies: read.TRUSTED_PROXIES ?? [],
    logLevel: read.LOG_LEVEL,
    databaseUrl: read.DATABASE_URL,
    operatorDatabaseUrl: read.OPERATOR_DATABASE_URL,
    eventsDatabaseUrl: read.EVENTS_DATABASE_URL,
    signingKey: read.SIGNING_KEY as JWK,
    cookieSecret: read.COOKIE_SECRET,
    serviceAddresses: Object.fromEntries(
      SERVICES.map((service) => [service, text(addressVariable(service))]),
    ) as PeerAddresses,
    applications: [served('landing'), served('crm'), served('admin')] as const,
    accessTokens: {
      issuer: read.OIDC_ISSUER,
      audience: read.OIDC_API_AUDIENCE,
      type: read.OIDC_ACCESS_TOKEN_TYPE === '' ? null : read.OIDC_ACCESS_TOKEN_TYPE,
      algorithms: read.OIDC_ALGORITHMS,
      requiredClaims: read.OIDC_REQUIRED_CLAIMS,
    },
    workbench: {
      issuer: read.WORKBENCH_ISSUER,
      jwksUri: read.WORKBENCH_JWKS_URI,
      audience: read.WORKBENCH_AUDIENCE,
    },
  });
};
