import type { Work } from '@atelier/contracts';
import { useAction, useAnswer } from '@atelier/web-kit';
import { useEffect, useRef } from 'react';

const POLL_MS = 700;

export interface Launch {
  readonly work: Work | undefined;
  readonly error: Error | null;
  readonly failed: boolean;
  /** The address was minted and this tab is on its way. */
  readonly leaving: boolean;
  readonly again: () => void;
}

/**
 * Starts the caller's JupyterLab, follows it, and turns this tab into it. The address is asked for at the last moment,
 * used at once by `replace`, and kept nowhere: it works once, and the way back must not lead to it.
 */
export const useLaunch = (): Launch => {
  const launch = useAction('workbench-management', 'launch');
  const mint = useAction('workbench-management', 'mintLaunchUrl', {
    onDone: ({ url }) => globalThis.location.replace(url),
  });
  const launchId = launch.data?.id;
  const progress = useAnswer(
    'workbench-management',
    'getLaunch',
    { params: { launchId: launchId ?? '' } },
    {
      enabled: launchId !== undefined,
      staleMs: 0,
      pollMs: (work) =>
        work === undefined || work.state === 'queued' || work.state === 'running' ? POLL_MS : false,
    },
  );
  const begun = useRef(false);
  const minted = useRef<string | null>(null);
  const state = progress.data?.state;

  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    launch.mutate({});
  }, [launch]);

  useEffect(() => {
    if (launchId === undefined || state !== 'succeeded' || minted.current === launchId) return;
    minted.current = launchId;
    mint.mutate({ params: { launchId } });
  }, [launchId, state, mint]);

  return {
    work: progress.data,
    error: launch.error ?? progress.error ?? mint.error,
    failed: state === 'failed' || state === 'cancelled',
    leaving: mint.isSuccess,
    again: () => {
      mint.reset();
      launch.mutate({});
    },
  };
};
