import type { RegistrationView, TenantRole, Work } from '@atelier/contracts';
import type { Addresses } from '../instance/addresses.ts';
import { readMail } from '../people/read-mail.ts';
import { anonymous, type SignedIn, signIn } from '../people/sign-in.ts';
import { until } from './until.ts';

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** A tenant that exists, and its first administrator. */
export interface SignedUpTenant {
  readonly tenantId: string;
  readonly admin: SignedIn;
}

function tokenIn(link: string | undefined): string {
  const token = link === undefined ? null : new URL(link).searchParams.get('token');
  if (token === null) throw new Error(`the mail holds no link with a token: ${link}`);
  return token;
}

/** Where a piece of long work failed, in its own words. */
export function failureOf(work: Work | null): string {
  const failed = work?.steps.find(({ state }) => state === 'failed');
  return failed ? `${failed.name}: ${failed.cause ?? 'no cause was given'}` : 'no step says why';
}

/** Signs a company up as a visitor of the landing page does; returns once its people can work. */
export async function signUp(options: {
  readonly addresses: Addresses;
  readonly company: string;
  readonly admin: Person;
  readonly onChange?: (view: RegistrationView) => void;
  readonly signal?: AbortSignal | undefined;
}): Promise<SignedUpTenant> {
  const { addresses, company, admin } = options;
  const registration = anonymous(addresses).api('registration');
  await registration.register({
    body: { company, name: admin.name, email: admin.email },
    idempotencyKey: crypto.randomUUID(),
  });
  const mail = await readMail({ addresses, to: admin.email });
  const { id, token } = await registration.verifyRegistration({
    body: { token: tokenIn(mail.links[0]), password: admin.password },
  });
  const view = await until({
    what: `the registration of ${company}`,
    async ask() {
      const current = await registration.getRegistration({
        params: { registrationId: id },
        headers: { 'atelier-registration-token': token },
      });
      options.onChange?.(current);
      return current;
    },
    done: ({ state }) => state === 'active' || state === 'failed',
    withinMs: 60_000,
    signal: options.signal,
  });
  if (view.state === 'failed') {
    throw new Error(`${company} could not be signed up: ${failureOf(view.work)}`);
  }
  const signedIn = await signIn({ addresses, application: 'crm', ...admin });
  if (signedIn.user.tenantId === null) throw new Error(`${admin.email} belongs to no tenant`);
  return { tenantId: signedIn.user.tenantId, admin: signedIn };
}

/** Returns once the tenant's workbench is ready, with the bucket of its account. */
export async function waitForWorkbench(options: {
  readonly person: SignedIn;
  readonly withinMs?: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<{ accountId: string; bucket: string }> {
  const api = options.person.api('workbench-management');
  const workbench = await until({
    what: 'the workbench',
    ask: () => api.getWorkbench(),
    done: ({ state }) => state === 'ready' || state === 'failed',
    withinMs: options.withinMs ?? 120_000,
    signal: options.signal,
  });
  const { accountId, bucket } = workbench;
  if (workbench.state === 'failed' || accountId === null || bucket === null) {
    throw new Error(`the workbench was not made: ${failureOf(workbench.request)}`);
  }
  return { accountId, bucket };
}

/** Invites a person, who follows the mailed link, and signs that person in. */
export async function invite(options: {
  readonly addresses: Addresses;
  readonly admin: SignedIn;
  readonly person: Person;
  readonly roles: [TenantRole, ...TenantRole[]];
}): Promise<SignedIn> {
  const { addresses, admin, person, roles } = options;
  await admin.api('user-management').invite({
    body: { email: person.email, roles },
    idempotencyKey: crypto.randomUUID(),
  });
  const mail = await readMail({ addresses, to: person.email });
  await anonymous(addresses)
    .api('user-management')
    .acceptInvitation({
      body: { token: tokenIn(mail.links[0]), name: person.name, password: person.password },
    });
  return signIn({ addresses, application: 'crm', ...person });
}
