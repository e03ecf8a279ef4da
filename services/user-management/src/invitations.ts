import type { UserDirectory } from '@atelier/cloud/ports';
import type { Invitation, TenantRole } from '@atelier/contracts';
import {
  BusinessError,
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
  findInvitation,
  markInvitation,
  type StoredInvitation,
  upsertInvitation,
} from './invitation-store.ts';
import { holderOfEmail } from './user-store.ts';
import { addPerson } from './users.ts';

const LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

export interface InvitationDeps {
  readonly runtime: ServiceRuntime;
  readonly peers: Peers;
  readonly mail: Mailer;
  /** Null with an external identity provider: there, the person who signs in is linked. */
  readonly userDirectory: UserDirectory | null;
  /** Where the mailed link leads: `http://atelier.localhost:8080`. */
  readonly landingUrl: string;
}

export const toInvitation = ({ tokenHash: _, ...invitation }: StoredInvitation): Invitation =>
  invitation;

const alreadyHere = () =>
  new BusinessError('already_exists', 'A person with this address is on the platform already.');

const linkExpired = () =>
  new BusinessError('link_expired', 'The link is used or has expired; ask for a new invitation.');

/** Stores the invitation, then mails its secret; a repeated request mails a fresh one and the old dies. */
export const invite = async (
  deps: InvitationDeps,
  scope: TenantScope,
  given: { id: string; email: string; roles: TenantRole[]; invitedBy: string },
): Promise<Invitation> => {
  const secret = mintLinkToken(scope.tenantId, given.id);
  const stored = await scope.transaction(async (transaction) => {
    if ((await holderOfEmail(transaction, given.email)) !== null) throw alreadyHere();
    await upsertInvitation(transaction, scope.tenantId, {
      ...given,
      roles: [...new Set(given.roles)],
      tokenHash: secret.hash,
      expiresAt: new Date(Date.now() + LIFETIME_MS),
    });
    await transaction.audit({
      operation: 'invite',
      resource: given.id,
      detail: `as ${given.roles.join(', ')}`,
    });
    return findInvitation(transaction, scope.tenantId, given.id);
  });
  if (stored === null) throw notFound('invitation');
  const tenant = await deps
    .peers('tenant-management', { tenantId: scope.tenantId, requestId: scope.requestId })
    .getTenantAsService();
  await deps.mail({
    to: given.email,
    subject: `${tenant.name} invites you to the CRM`,
    text: [
      `You are invited to work in the CRM of ${tenant.name} as ${given.roles.join(', ').replaceAll('_', ' ')}.`,
      '',
      `Choose a password here, within seven days: ${deps.landingUrl}/invitation?token=${secret.token}`,
    ].join('\n'),
  });
  return toInvitation(stored);
};

/** The pending invitation that a secret proves, locked, with its tenant's scope. Throws `link_expired`. */
const withProven = async <T>(
  deps: InvitationDeps,
  given: { token: string; requestId: string },
  work: (found: { scope: TenantScope; invitation: StoredInvitation }) => Promise<T>,
): Promise<T> => {
  const secret = readLinkToken(given.token);
  if (secret === null) throw linkExpired();
  const scope = deps.runtime.openScope(secret.tenantId, given.requestId);
  const invitation = await scope.transaction((transaction) =>
    findInvitation(transaction, secret.tenantId, secret.id),
  );
  if (invitation?.state !== 'pending' || !sameHash(invitation.tokenHash, secret.hash)) {
    throw linkExpired();
  }
  return work({ scope, invitation });
};

export const lookUpInvitation = (
  deps: InvitationDeps,
  given: { token: string; requestId: string },
): Promise<{ email: string; tenantName: string; roles: TenantRole[] }> =>
  withProven(deps, given, async ({ scope, invitation }) => {
    const tenant = await deps
      .peers('tenant-management', { tenantId: scope.tenantId, requestId: given.requestId })
      .getTenantAsService();
    return { email: invitation.email, tenantName: tenant.name, roles: invitation.roles };
  });

/** Makes the person at the identity provider and in the tenant; the link is spent with it. */
export const acceptInvitation = (
  deps: InvitationDeps,
  given: { token: string; name: string; password: string; requestId: string },
): Promise<{ email: string }> =>
  withProven(deps, given, async ({ scope, invitation }) => {
    const { userDirectory } = deps;
    if (userDirectory === null) {
      throw new BusinessError('conflict', 'Sign in with your identity provider to accept.');
    }
    // Before the directory is touched: an invitation must not reset somebody's password.
    const taken = await scope.transaction((transaction) =>
      holderOfEmail(transaction, invitation.email),
    );
    if (taken !== null) throw alreadyHere();
    const person = await userDirectory.ensureUser({ email: invitation.email, name: given.name });
    await userDirectory.setPassword(person.subject, given.password);
    await scope.transaction(async (transaction) => {
      const current = await findInvitation(transaction, scope.tenantId, invitation.id);
      if (current?.state !== 'pending') throw linkExpired();
      const user = await addPerson(transaction, scope.tenantId, {
        ...person,
        id: uuidv7(),
        email: invitation.email,
        name: given.name,
        roles: invitation.roles,
      });
      await markInvitation(transaction, scope.tenantId, invitation.id, 'accepted');
      await transaction.audit({
        operation: 'acceptInvitation',
        resource: invitation.id,
        detail: `by user:${user.id}`,
      });
    });
    return { email: invitation.email };
  });

export const revokeInvitation = (scope: TenantScope, id: string): Promise<void> =>
  scope.transaction(async (transaction) => {
    const invitation = await findInvitation(transaction, scope.tenantId, id);
    if (invitation === null) throw notFound('invitation');
    if (invitation.state !== 'pending') {
      throw new BusinessError('conflict', `The invitation is ${invitation.state}.`);
    }
    await markInvitation(transaction, scope.tenantId, id, 'revoked');
    await transaction.audit({ operation: 'revokeInvitation', resource: id, detail: null });
  });
