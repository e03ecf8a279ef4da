import { type ChangeEvent, changeEvent } from '@atelier/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { REQUEST_HEADER } from '../api/clients.ts';
import { SESSION_KEY } from '../api/session.ts';
import { affectedAnswers } from './affected-answers.ts';
import { followEvents } from './event-stream.ts';

const Live = createContext(false);

/** A burst of changes is answered once. */
const GATHER_MS = 300;
const POLL_MS = { live: 10_000, silent: 2000 } as const;

const parseChange = (data: string): ChangeEvent | null => {
  try {
    return changeEvent.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
};

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** One event stream per tab: makes answers stale as their subjects change. */
export const LiveUpdates = ({ children }: { readonly children: ReactNode }) => {
  const queries = useQueryClient();
  const [live, setLive] = useState(false);

  useEffect(() => {
    const stop = new AbortController();
    const stale = new Map<string, readonly string[]>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer = undefined;
      for (const queryKey of stale.values()) void queries.invalidateQueries({ queryKey });
      stale.clear();
    };
    void followEvents({
      url: '/events',
      fetch: (...given) => fetch(...given),
      headers: REQUEST_HEADER,
      onEvent: ({ type, data }) => {
        // The server no longer has everything since the last connection.
        if (type === 'reset') void queries.invalidateQueries();
        const change = parseChange(data);
        if (change === null) return;
        for (const key of affectedAnswers(change)) stale.set(key.join('/'), key);
        timer ??= setTimeout(refresh, GATHER_MS);
      },
      onLive: setLive,
      onEnd: () => void queries.invalidateQueries({ queryKey: SESSION_KEY }),
      signal: stop.signal,
      wait,
    });
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [queries]);

  return <Live.Provider value={live}>{children}</Live.Provider>;
};

/** How often to look at something under way: rarely while events arrive, often while they do not. */
export const usePollMs = (): number => (useContext(Live) ? POLL_MS.live : POLL_MS.silent);
