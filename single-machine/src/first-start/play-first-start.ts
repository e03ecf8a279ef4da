import type { TenantRole } from '@atelier/contracts';
import type { Instance } from '../instance/instance.ts';
import { readJson, writePrivateJson } from '../instance/private-file.ts';
import { openSecrets } from '../instance/secrets.ts';
import { addSignIns } from '../instance/sign-ins.ts';
import {
  activate,
  checkedBinding,
  extractForChurn,
  importTestData,
  invite,
  launchWorkbench,
  type Person,
  runChurnNotebook,
  signUp,
  waitForWorkbench,
} from '../journey/index.ts';
import { openStartData, shopData } from '../shop/test-data.ts';

export interface FirstStartOptions {
  readonly instance: Instance;
  /** No tenant is signed up. */
  readonly empty: boolean;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
}

type Step = <Value>(what: string, act: () => Promise<Value>) => Promise<Value>;

interface Play {
  readonly instance: Instance;
  readonly step: Step;
  readonly signal: AbortSignal | undefined;
  /** A new person of a tenant, kept among the sign-ins. */
  readonly person: (tenant: string, role: TenantRole, name: string) => Promise<Person>;
}

/** FOO goes the whole way: from its sign-up to scores of a model of its own. */
async function playFoo({ instance, step, signal, person }: Play): Promise<void> {
  const { addresses } = instance;
  const data = openStartData(process.env);
  const tess = await person('FOO', 'tenant_admin', 'Tess Admin');
  const { admin } = await step('FOO signs up', () =>
    signUp({ addresses, company: 'FOO', admin: tess, signal }),
  );
  const [mara, dev] = await step(
    'Mara and Dev accept their invitations',
    async () =>
      [
        await invite({
          addresses,
          admin,
          person: await person('FOO', 'marketer', 'Mara Marketer'),
          roles: ['marketer'],
        }),
        await invite({
          addresses,
          admin,
          person: await person('FOO', 'data_scientist', 'Dev Scientist'),
          roles: ['data_scientist'],
        }),
      ] as const,
  );
  await step(`Mara imports ${data.counts.purchases} purchases (${data.source})`, () =>
    importTestData(mara, data, signal),
  );
  await step("FOO's workbench is provisioned", () => waitForWorkbench({ person: admin, signal }));
  await step('Dev gets a masked extract', () => extractForChurn(dev, signal));
  const session = await step('Dev launches JupyterLab', () => launchWorkbench(dev, signal));
  await step('the notebook trains, evaluates, deploys and registers a model', () =>
    runChurnNotebook(session),
  );
  const binding = await step('the model passes the contract check', () =>
    checkedBinding(dev, signal),
  );
  await step('Dev activates the model, every customer is scored', () =>
    activate(dev, binding, signal),
  );
}

/** BAR has a shop of its own and stays on the built-in statistics. */
async function playBar({ instance, step, signal, person }: Play): Promise<void> {
  const admin = await person('BAR', 'tenant_admin', 'Bea Admin');
  const bar = await step('BAR signs up', () =>
    signUp({ addresses: instance.addresses, company: 'BAR', admin, signal }),
  );
  await step('BAR imports its own shop', () => importTestData(bar.admin, shopData('bar'), signal));
}

interface FirstStartRecord {
  readonly attempts: number;
  readonly done: boolean;
}

/**
 * Plays, once per home, what makes an instance worth looking at, through the product's own public interfaces. One that
 * was cut short is played again under other addresses: what it had made stays, as on any platform.
 */
export async function playFirstStart(options: FirstStartOptions): Promise<void> {
  const { instance, empty, progress, signal } = options;
  const file = instance.path('first-start.json');
  const { attempts, done } = (await readJson<FirstStartRecord>(file)) ?? {
    attempts: 0,
    done: false,
  };
  if (empty || done) return;
  const attempt = attempts + 1;
  await writePrivateJson(file, { attempts: attempt, done: false });
  const secrets = await openSecrets(instance);

  const step: Step = async (what, act) => {
    signal?.throwIfAborted();
    const began = performance.now();
    try {
      const value = await act();
      progress(`✓ ${what} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      return value;
    } catch (cause) {
      progress(`✗ ${what}`);
      throw new Error(
        `${(cause as Error).message}\nThe first start ended at "${what}". Logs are in ${instance.path('logs')}; 'npm start' tries again, 'npm run reset' begins afresh.`,
        { cause },
      );
    }
  };
  const play: Play = {
    instance,
    step,
    signal,
    async person(tenant, role, name) {
      const tag = attempt === 1 ? '' : `.${attempt}`;
      const email = `${name.split(' ')[0]}${tag}@${tenant}.example`.toLowerCase();
      const password = secrets.secretFor(`first-start/${email}`).slice(0, 20);
      await addSignIns(instance, [{ tenant, role, email, password }]);
      return { name, email, password };
    },
  };
  await playFoo(play);
  await playBar(play);
  await writePrivateJson(file, { attempts: attempt, done: true });
}
