import { z } from 'zod';
import { auditOperations } from './audit.ts';
import { work } from './long-work.ts';
import { anybody, defineOperation, operator, service } from './operation.ts';
import { cursorQuery, emailAddress, id, line, listOf, timestamp } from './primitives.ts';

export const registrationState = z.enum([
  'awaiting_verification',
  'provisioning',
  'active',
  'failed',
  'expired',
]);

/** What the person who signed up may watch. */
export const registrationView = z.object({
  id,
  state: registrationState,
  company: z.string(),
  /** Null until the e-mail is verified. */
  work: work.nullable(),
  /** The workbench's own provisioning, requested once the tenant is active. */
  workbench: work.nullable(),
});
export type RegistrationView = z.infer<typeof registrationView>;

/** Handed out once with the registration, so that only its author can watch it. */
const registrationToken = z.object({ 'atelier-registration-token': z.string().min(32).max(100) });

export const registrationOperations = {
  ...auditOperations('registration'),
  register: defineOperation({
    service: 'registration',
    name: 'register',
    summary: 'Sign a company up; a link is mailed to verify the address',
    method: 'POST',
    path: '/registrations',
    body: z.object({ company: line(100), name: line(100), email: emailAddress }).strict(),
    responses: {
      202: z.object({
        id,
        location: z.string(),
        state: registrationState,
        token: z.string().nullable(),
      }),
    },
    errors: [
      'too_many_requests',
      'idempotency_key_missing',
      'idempotency_key_reused',
      'request_in_flight',
    ],
    auth: anybody,
    refs: {},
    idempotency: 'required',
    shownOnce: ['token'],
    example: { body: { company: 'Foo Records', name: 'Tess Admin', email: 'tess@foo.example' } },
  }),
  getRegistration: defineOperation({
    service: 'registration',
    name: 'getRegistration',
    summary: 'How far a registration is; for whoever holds its token',
    method: 'GET',
    path: '/registrations/:registrationId',
    params: z.object({ registrationId: id }),
    headers: registrationToken,
    responses: { 200: registrationView },
    errors: ['not_found'],
    auth: anybody,
    refs: { registrationId: 'registration' },
    idempotency: 'none',
    example: { params: { registrationId: '01890a5d-ac96-774b-bcce-b302099a8057' } },
  }),
  verifyRegistration: defineOperation({
    service: 'registration',
    name: 'verifyRegistration',
    summary:
      'Prove the address with the mailed token and set the first password; starts the tenant',
    method: 'POST',
    path: '/registrations/verify',
    body: z
      .object({ token: z.string().min(32).max(100), password: z.string().min(12).max(200) })
      .strict(),
    responses: { 202: z.object({ id, location: z.string(), token: z.string() }) },
    errors: ['link_expired', 'too_many_requests'],
    auth: anybody,
    refs: {},
    idempotency: 'none',
    example: {
      body: { token: 'x'.repeat(43), password: 'correct horse battery staple' },
    },
  }),
  listRegistrations: defineOperation({
    service: 'registration',
    name: 'listRegistrations',
    summary: 'All registrations, newest first',
    method: 'GET',
    path: '/registrations',
    query: cursorQuery,
    responses: {
      200: listOf(
        registrationView.extend({
          email: z.string(),
          tenantId: id.nullable(),
          createdAt: timestamp,
        }),
      ),
    },
    errors: [],
    auth: operator,
    refs: {},
    idempotency: 'none',
    example: {},
  }),
  retryRegistration: defineOperation({
    service: 'registration',
    name: 'retryRegistration',
    summary: 'Try the failed step of a registration again',
    method: 'POST',
    path: '/registrations/:registrationId/retry',
    params: z.object({ registrationId: id }),
    responses: { 202: work },
    errors: ['not_found', 'not_retryable'],
    auth: operator,
    refs: { registrationId: 'registration' },
    idempotency: 'none',
    example: { params: { registrationId: '01890a5d-ac96-774b-bcce-b302099a8057' } },
  }),
  deleteTenantRole: defineOperation({
    service: 'registration',
    name: 'deleteTenantRole',
    summary: 'Delete the IAM role of the tenant that the caller acts for; registration made it',
    method: 'DELETE',
    path: '/internal/tenant-role',
    responses: { 204: null },
    errors: [],
    auth: service('tenant-management'),
    refs: {},
    idempotency: 'none',
    example: {},
  }),
} as const;
