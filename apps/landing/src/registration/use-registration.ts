import type { RegistrationView, Work } from '@atelier/contracts';
import { useAnswer } from '@atelier/web-kit';
import { type KeptRegistration, keptRegistration } from './kept-registration.ts';

const POLL_MS = 1500;

const isOver = (work: Work | null): boolean =>
  work !== null && work.state !== 'queued' && work.state !== 'running';

/** Nothing more will change by itself. A failed one may be tried again by an operator, and is watched on. */
const isSettled = (view: RegistrationView): boolean =>
  view.state === 'expired' ||
  (view.state === 'active' && isOver(view.workbench) && view.workbench?.state === 'succeeded');

/** The registration of this tab, followed until it is settled; `kept` is null where another tab began it. */
export const useRegistration = (id?: string) => {
  const kept: KeptRegistration | null = keptRegistration();
  const mine = kept !== null && (id === undefined || kept.id === id) ? kept : null;
  const answer = useAnswer(
    'registration',
    'getRegistration',
    {
      params: { registrationId: mine?.id ?? '' },
      headers: { 'atelier-registration-token': mine?.token ?? '' },
    },
    {
      enabled: mine?.token != null,
      staleMs: 0,
      pollMs: (view) => (view !== undefined && isSettled(view) ? false : POLL_MS),
    },
  );
  return { kept: mine, answer };
};
