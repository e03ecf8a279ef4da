import {
  type Job,
  type NavigationItem,
  ProgressTray,
  SessionGate,
  Shell,
  summariseSteps,
  useAnswer,
  usePollMs,
  useText,
} from '@atelier/web-kit';
import { IconBuildings, IconProgress } from '@tabler/icons-react';
import { Outlet } from '@tanstack/react-router';

const RECENT = { query: { limit: 20 } };

/** What the platform is working on: tenants coming and going. */
const useJobs = (): readonly Job[] => {
  const t = useText('admin');
  const pollMs = usePollMs();
  const registrations = useAnswer('registration', 'listRegistrations', RECENT, {
    pollMs: () => pollMs,
  });
  const leaving = useAnswer(
    'tenant-management',
    'listTenants',
    { query: { limit: 20, state: 'offboarding' } },
    { pollMs: () => pollMs },
  );
  return [
    ...(registrations.data?.items ?? []).flatMap(({ id, company, work }): Job[] => {
      if (work === null || work.state === 'succeeded' || work.state === 'cancelled') return [];
      const { share, current } = summariseSteps(work.steps, Date.now());
      return [
        {
          id,
          title: t('jobs.registration', { company }),
          state: work.state,
          share,
          detail: current?.name ?? null,
          to: '/provisioning',
          since: work.createdAt,
        },
      ];
    }),
    ...(leaving.data?.items ?? []).map(
      ({ id, name, createdAt }): Job => ({
        id,
        title: t('jobs.deletion', { name }),
        state: 'running',
        share: null,
        detail: null,
        to: `/tenants/${id}`,
        since: createdAt,
      }),
    ),
  ];
};

const SignedIn = () => {
  const t = useText('admin');
  const jobs = useJobs();
  const navigation: readonly NavigationItem[] = [
    { to: '/tenants', label: t('nav.tenants'), icon: IconBuildings },
    { to: '/provisioning', label: t('nav.provisioning'), icon: IconProgress },
  ];
  return (
    <Shell application={t('name')} navigation={navigation} tray={<ProgressTray jobs={jobs} />}>
      <Outlet />
    </Shell>
  );
};

/** Everything behind the sign-in, in the frame. */
export const Frame = () => (
  <SessionGate>
    <SignedIn />
  </SessionGate>
);
