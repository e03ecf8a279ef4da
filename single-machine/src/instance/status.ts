import type { ProcessStatus } from '../supervisor/supervisor.ts';
import type { Addresses } from './addresses.ts';
import type { Instance } from './instance.ts';
import { readSignIns, type SignIn } from './sign-ins.ts';
import { type InstanceState, readRecord } from './state.ts';

/** What `npm run -s status -- --json` prints. */
export interface Status {
  readonly state: InstanceState;
  readonly home: string;
  readonly addresses: Addresses;
  readonly signIns: readonly SignIn[];
  readonly processes: readonly ProcessStatus[];
}

export async function readStatus(instance: Instance): Promise<Status> {
  const record = await readRecord(instance);
  return {
    state: record?.state ?? 'stopped',
    home: instance.home,
    addresses: instance.addresses,
    signIns: await readSignIns(instance),
    processes: record?.processes ?? [],
  };
}

/** The same for people. */
export function describeStatus({ state, home, addresses, signIns, processes }: Status): string {
  const lines = [`Atelier is ${state === 'first start' ? 'playing its first start' : state}.`, ''];
  for (const process of processes) {
    lines.push(
      `  ${process.name.padEnd(18)} ${process.state.padEnd(10)} ${process.pid ?? ''}`.trimEnd(),
    );
  }
  if (processes.length > 0) lines.push('');
  const places: readonly (readonly [string, string])[] = [
    ['Landing and sign-up', addresses.landing],
    ['CRM', addresses.crm],
    ['Admin', addresses.admin],
    ['Caught mail', addresses.mail],
    ['API', addresses.api],
    ['AWS API (Studio)', addresses.studio],
  ];
  for (const [what, address] of places) lines.push(`  ${what.padEnd(20)} ${address}`);
  if (signIns.length > 0) lines.push('', '  Sign in as');
  for (const { tenant, role, email, password } of signIns) {
    lines.push(
      `  ${(tenant ?? 'the provider').padEnd(13)} ${role.padEnd(18)} ${email}  ${password}`,
    );
  }
  lines.push('', `  Home, logs           ${home}`);
  return lines.join('\n');
}
