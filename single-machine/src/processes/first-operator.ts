import type { UserDirectory } from '@atelier/cloud/ports';
import type { ServiceRuntime } from '@atelier/service-kit';
import { ensureOperator } from '@atelier/user-management';
import { addSignIns, readSignIns } from '../instance/sign-ins.ts';
import type { Platform } from './platform.ts';

const EMAIL = 'paul@xyz.example';
const NAME = 'Paul Operator';

/** Makes the operator who sets the platform up; who changes the password later keeps it. */
export async function ensureFirstOperator(deps: {
  readonly platform: Platform;
  readonly runtime: ServiceRuntime;
  readonly userDirectory: UserDirectory;
}): Promise<void> {
  const { platform, runtime, userDirectory } = deps;
  const { instance, secrets } = platform;
  const known = await readSignIns(instance);
  if (known.some(({ tenant }) => tenant === null)) return;
  const password = secrets.secretFor('operator/password').slice(0, 20);
  const { issuer, subject } = await userDirectory.ensureUser({ email: EMAIL, name: NAME });
  await userDirectory.setPassword(subject, password);
  await ensureOperator(runtime.openPlatform('first-operator'), {
    email: EMAIL,
    name: NAME,
    issuer,
    subject,
  });
  await addSignIns(instance, [{ tenant: null, role: 'platform_operator', email: EMAIL, password }]);
}
