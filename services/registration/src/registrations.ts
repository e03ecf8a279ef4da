import { createHash } from 'node:crypto';
import type { UserDirectory } from '@atelier/cloud/ports';
import type { RegistrationView, Work } from '@atelier/contracts';
import {
  BusinessError,
  type LongWork,
  type Mailer,
  mintLinkToken,
  notFound,
  type Peers,
  readLinkToken,
  type ServiceRuntime,
  sameHash,
  type TenantScope,
} from '@atelier/service-kit';
import { v7 as uuidv7 } from 'uuid';
import {
  countMail,
  findRegistration,
  insertRegistration,
  markVerified,
  type StoredRegistration,
} from './registration-store.ts';
import type { RegistrationMemo, RegistrationRequest } from './registration-workflow.ts';

export interface RegistrationDeps {
  readonly runtime: ServiceRuntime;
  readonly peers: Peers;
  readonly mail: Mailer;
  readonly userDirectory: UserDirectory;
  readonly work: LongWork<RegistrationRequest, RegistrationMemo>;
  /** Where mailed links lead: `http://atelier.localhost:8080`. */
  readonly landingUrl: string;
  readonly crmUrl: string;
}

const LIFETIME_MS = 24 * 60 * 60 * 1000;
const MAILS_PER_HOUR = 5;

const hashOfEmail = (email: string): string =>
  createHash('sha256').update(email.trim().toLowerCase()).digest('hex');

const linkExpired = () =>
  new BusinessError('link_expired', 'The link is used or has expired; sign up again.');

/**
 * Keeps a sign-up and mails a link. The answer is the same whether or not the address is taken: only its owner is told, by
 * the mail.
 */
export const register = async (
  deps: RegistrationDeps,
  given: { id: string; company: string; name: string; email: string; requestId: string },
): Promise<{ id: string; location: string; state: 'awaiting_verification'; token: string }> => {
  const mails = await deps.runtime
    .openPlatform(given.requestId)
    .transaction((transaction) => countMail(transaction, hashOfEmail(given.email)));
  if (mails > MAILS_PER_HOUR) {
    throw new BusinessError(
      'too_many_requests',
      'This address has been written to several times; try again in an hour.',
    );
  }
  const { taken } = await deps
    .peers('user-management', { tenantId: null, requestId: given.requestId })
    .isEmailTaken({ body: { email: given.email } });
  const tenantId = uuidv7();
  const verification = mintLinkToken(tenantId, given.id);
  const watch = mintLinkToken(tenantId, given.id);
  await deps.runtime.openScope(tenantId, given.requestId).transaction((transaction) =>
    insertRegistration(transaction, {
      ...given,
      tenantId,
      verificationHash: taken ? null : verification.hash,
      watchHash: watch.hash,
      expiresAt: new Date(Date.now() + LIFETIME_MS),
    }),
  );
  await deps.mail(
    taken ? alreadyHereMail(deps, given) : verificationMail(deps, given, verification.token),
  );
  return {
    id: given.id,
    location: `/registrations/${given.id}`,
    state: 'awaiting_verification',
    token: watch.token,
  };
};

const verificationMail = (
  deps: RegistrationDeps,
  given: { company: string; email: string },
  token: string,
) => ({
  to: given.email,
  subject: `Confirm your address for ${given.company}`,
  text: [
    `Somebody, we hope you, signed ${given.company} up.`,
    '',
    `Confirm your address and choose a password, within a day: ${deps.landingUrl}/verify?token=${token}`,
    '',
    'If it was not you, do nothing: nothing has been set up.',
  ].join('\n'),
});

const alreadyHereMail = (deps: RegistrationDeps, given: { company: string; email: string }) => ({
  to: given.email,
  subject: 'You have an account already',
  text: [
    `Somebody, perhaps you, tried to sign ${given.company} up with this address, which has an account already.`,
    '',
    `Sign in here: ${deps.crmUrl}`,
    '',
    'If it was not you, do nothing.',
  ].join('\n'),
});

/**
 * Proves the address, sets the first password and starts the tenant. What it does before it spends the link can be
 * repeated, so that a crash in between loses nothing.
 */
export const verify = async (
  deps: RegistrationDeps,
  given: { token: string; password: string; requestId: string },
): Promise<{ id: string; location: string; token: string }> => {
  const secret = readLinkToken(given.token);
  if (secret === null) throw linkExpired();
  const { tenantId, id } = secret;
  const scope = deps.runtime.openScope(tenantId, given.requestId);
  const registration = await scope.transaction((transaction) =>
    findRegistration(transaction, tenantId, id),
  );
  if (
    registration === null ||
    registration.verified ||
    registration.expired ||
    registration.verificationHash === null ||
    !sameHash(registration.verificationHash, secret.hash)
  ) {
    throw linkExpired();
  }
  const { company, name, email } = registration;
  const { taken } = await deps
    .peers('user-management', { tenantId: null, requestId: given.requestId })
    .isEmailTaken({ body: { email } });
  // Signed up twice and proved the other link first: this one must not reset the password.
  if (taken) throw linkExpired();
  const person = await deps.userDirectory.ensureUser({ email, name });
  await deps.userDirectory.setPassword(person.subject, given.password);
  await deps.work.requests.submit({ tenantId, id, request: { company, name, email, ...person } });
  const watch = mintLinkToken(tenantId, id);
  await scope.transaction(async (transaction) => {
    await markVerified(transaction, tenantId, id, watch.hash);
    await transaction.audit({ operation: 'verifyRegistration', resource: id, detail: null });
  });
  return { id, location: `/registrations/${id}`, token: watch.token };
};

/** What the holder of a watching secret sees. Throws `not_found` for any other. */
export const watchRegistration = async (
  deps: RegistrationDeps,
  given: { id: string; token: string; requestId: string },
): Promise<RegistrationView> => {
  const secret = readLinkToken(given.token);
  if (secret === null || secret.id !== given.id) throw notFound('registration');
  const scope = deps.runtime.openScope(secret.tenantId, given.requestId);
  const registration = await scope.transaction((transaction) =>
    findRegistration(transaction, secret.tenantId, secret.id),
  );
  if (!registration?.watchHashes.some((hash) => sameHash(hash, secret.hash))) {
    throw notFound('registration');
  }
  return viewRegistration(deps, registration, scope);
};

export const viewRegistration = async (
  deps: RegistrationDeps,
  registration: StoredRegistration,
  scope: TenantScope,
): Promise<RegistrationView> => {
  const view = await deps.work.requests.get(registration);
  const work = view === null ? null : await deps.work.show(view);
  return {
    id: registration.id,
    company: registration.company,
    state: stateOf(registration, work),
    work,
    workbench: view?.memo.workbenchRequestId === undefined ? null : await workbenchOf(deps, scope),
  };
};

const stateOf = (
  registration: StoredRegistration,
  work: Work | null,
): RegistrationView['state'] => {
  if (work === null) return registration.expired ? 'expired' : 'awaiting_verification';
  if (work.state === 'succeeded') return 'active';
  return work.state === 'failed' || work.state === 'cancelled' ? 'failed' : 'provisioning';
};

const workbenchOf = async (deps: RegistrationDeps, scope: TenantScope): Promise<Work | null> =>
  (
    await deps
      .peers('workbench-management', { tenantId: scope.tenantId, requestId: scope.requestId })
      .getWorkbenchAsService()
  ).request;
