import { buildWorkbenchImage } from '@atelier/studio/image';
import { buildApplications } from './build-applications.ts';

const CACHE = '/var/cache/atelier';

/** What is made once per machine and shared by its instances. */
export interface PreparedMachine {
  /** Folder of the built applications. */
  readonly applications: string;
}

/** Builds what is missing: the workbench image (minutes, once) and the applications (seconds, when they changed). */
export async function prepareMachine(progress: (line: string) => void): Promise<PreparedMachine> {
  if (process.getuid?.() !== 0) {
    throw new Error(
      "Atelier runs its tenants' code in containers with limits that need root: run 'sudo npm start', or start it in a container or virtual machine of your own as root.",
    );
  }
  await buildWorkbenchImage({ report: progress });
  return { applications: await buildApplications({ cache: `${CACHE}/applications`, progress }) };
}
