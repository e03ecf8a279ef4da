import { readEnvironment } from '@atelier/service-kit';
import { z } from 'zod';
import type { WebClient } from './provider.ts';

const client = z.object({
  clientId: z.string().min(1),
  clientSecret: z.string().min(16),
  name: z.string().min(1),
  origin: z.url(),
});

const environment = z.object({
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(8080),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  DATABASE_URL: z.url(),
  ISSUER: z.url(),
  API_AUDIENCE: z.string().min(1),
  SIGNING_KEYS_FILE: z.string().startsWith('/'),
  COOKIE_SECRET: z.string().min(16),
  /** JSON: `[{ clientId, clientSecret, name, origin }]`. */
  CLIENTS: z.preprocess((text) => {
    try {
      return JSON.parse(String(text));
    } catch {
      return undefined;
    }
  }, z.array(client).min(1)),
});

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly databaseUrl: string;
  readonly issuer: string;
  readonly apiAudience: string;
  readonly signingKeysFile: string;
  readonly cookieSecret: string;
  readonly clients: readonly WebClient[];
}

/** Pure. Throws `ConfigurationError` that names every variable that is missing or wrong. */
export const loadConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const read = readEnvironment(environment, env);
  return Object.freeze({
    host: read.HOST,
    port: read.PORT,
    logLevel: read.LOG_LEVEL,
    databaseUrl: read.DATABASE_URL,
    issuer: read.ISSUER,
    apiAudience: read.API_AUDIENCE,
    signingKeysFile: read.SIGNING_KEYS_FILE,
    cookieSecret: read.COOKIE_SECRET,
    clients: read.CLIENTS,
  });
};
