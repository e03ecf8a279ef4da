import { z } from 'zod';
import { id } from './primitives.ts';
import { role } from './roles.ts';
import { SERVICE_CALLERS } from './services.ts';

/** Longest life of an internal token, in seconds. */
export const INTERNAL_TOKEN_SECONDS = 60;

/** The signed AWS session tag through which STS, too, learns the tenant from the token (strategy `web-identity`). */
export const AWS_TAGS_CLAIM = 'https://aws.amazon.com/tags';

/**
 * Claims of an internal token (ES256): who, for whom, with what. A user's is signed by front-door (`sub` = user id); a
 * service's by the service itself (`sub` = `service:<name>`), with the tenant that it received or stored, and the user, if
 * any, as `act`.
 */
export const internalClaims = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  exp: z.number(),
  iat: z.number(),
  jti: z.string(),
  tenant_id: id.nullable(),
  roles: z.array(role),
  email: z.string().optional(),
  name: z.string().optional(),
  /** The session at the front-door that this came from. */
  sid: z.string().optional(),
  /** The user on whose behalf a service calls, or the operator who impersonates. */
  act: z.object({ sub: z.string(), roles: z.array(role).optional() }).optional(),
});
export type InternalClaims = z.infer<typeof internalClaims>;

export const SERVICE_SUBJECT_PREFIX = 'service:';
export const serviceCaller = z.enum(SERVICE_CALLERS);
