import type { BindingView } from '@atelier/contracts';
import {
  type NotebookRun,
  type NotebookSession,
  openNotebook,
} from '@atelier/studio/notebook-client';
import type { SignedIn } from '../people/sign-in.ts';
import { failureOf } from './tenant.ts';
import { until } from './until.ts';

/** The slot that the shipped notebook trains for. */
const SLOT = { slot: 'customer-churn', contract: 1 };
const NOTEBOOK = 'churn.ipynb';

/** Launches the person's notebook and opens it as the new tab does, by the link that works once. */
export async function launchWorkbench(
  person: SignedIn,
  signal?: AbortSignal,
): Promise<NotebookSession> {
  const api = person.api('workbench-management');
  const { id } = await api.launch({ idempotencyKey: crypto.randomUUID() });
  const params = { launchId: id };
  const launch = await until({
    what: 'the launch',
    ask: () => api.getLaunch({ params }),
    done: ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state),
    withinMs: 120_000,
    signal,
  });
  if (launch.state !== 'succeeded') {
    throw new Error(`the notebook could not be launched: ${failureOf(launch)}`);
  }
  const { url } = await api.mintLaunchUrl({ params });
  return openNotebook(url);
}

/** Runs the shipped churn notebook from top to bottom: features, training, evaluation, endpoint, scores, registration. */
export function runChurnNotebook(
  session: NotebookSession,
  onText: (text: string) => void = () => {},
): Promise<NotebookRun> {
  return session.runNotebook(NOTEBOOK, { timeoutMs: 300_000, onText });
}

/** The newest binding once its contract check is over; throws with what the check saw when it failed. */
export async function checkedBinding(person: SignedIn, signal?: AbortSignal): Promise<BindingView> {
  const api = person.api('customer-management');
  const { items } = await api.listSlotBindings({ params: SLOT });
  const newest = items[0];
  if (!newest) throw new Error('no endpoint is registered');
  const binding = await until({
    what: 'the contract check',
    ask: () => api.getBinding({ params: { bindingId: newest.id } }),
    done: ({ state }) => state !== 'registered' && state !== 'checking',
    withinMs: 120_000,
    signal,
  });
  if (binding.state === 'rejected') {
    const failed = binding.check?.results.filter(({ passed }) => !passed) ?? [];
    throw new Error(
      `the model does not keep the contract: ${failed.map(({ check, detail }) => `${check}: ${detail}`).join('; ')}`,
    );
  }
  return binding;
}

/** Puts a checked model into use and returns once every customer has its score. */
export async function activate(
  person: SignedIn,
  binding: BindingView,
  signal?: AbortSignal,
): Promise<number> {
  const api = person.api('customer-management');
  const { scoringRunId } = await api.activateBinding({
    params: { bindingId: binding.id },
    body: { confirmation: binding.endpointName },
  });
  const run = await until({
    what: 'the scoring of all customers',
    ask: () => api.getScoringRun({ params: { scoringRunId } }),
    done: ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state),
    withinMs: 180_000,
    signal,
  });
  if (run.state !== 'succeeded') {
    throw new Error(`the scoring ended as ${run.state}: ${run.cause ?? 'no cause was given'}`);
  }
  return run.scored;
}
