import { stdout } from 'node:process';
import { removeHome } from '../../instance/remove-home.ts';
import type { Command } from '../main.ts';
import { stopInstance } from './stop.ts';

/** Stops the instance and removes all it kept; the next start is a first start. */
export const command: Command = async (_args, instance) => {
  if (await stopInstance(instance)) stdout.write('Atelier has stopped.\n');
  await removeHome(instance);
  stdout.write(`Everything in ${instance.home} has been removed.\n`);
  return 0;
};
