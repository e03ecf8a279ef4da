import {
  type NavigationItem,
  ProgressTray,
  SessionGate,
  Shell,
  useAnswer,
  useHasRole,
  useText,
} from '@atelier/web-kit';
import {
  IconBrain,
  IconDatabaseExport,
  IconFileImport,
  IconHome,
  IconNotebook,
  IconSettings,
  IconUsers,
} from '@tabler/icons-react';
import { Outlet } from '@tanstack/react-router';
import { MODELLERS } from './access/roles.ts';
import { useJobs } from './jobs/use-jobs.ts';

const useNavigation = (): readonly NavigationItem[] => {
  const t = useText('crm');
  const modeller = useHasRole(...MODELLERS);
  return [
    { to: '/', label: t('nav.home'), icon: IconHome, exact: true },
    { to: '/customers', label: t('nav.customers'), icon: IconUsers },
    { to: '/imports', label: t('nav.imports'), icon: IconFileImport },
    ...(modeller
      ? [
          { to: '/data', label: t('nav.data'), icon: IconDatabaseExport },
          { to: '/workbench', label: t('nav.workbench'), icon: IconNotebook },
        ]
      : []),
    { to: '/models', label: t('nav.models'), icon: IconBrain },
    { to: '/settings', label: t('nav.settings'), icon: IconSettings },
  ];
};

const SignedIn = () => {
  const t = useText('crm');
  const navigation = useNavigation();
  const tenant = useAnswer('tenant-management', 'getTenant', {}, { staleMs: 60_000 });
  const jobs = useJobs();
  return (
    <Shell
      application={t('name')}
      navigation={navigation}
      owner={tenant.data?.name}
      tray={<ProgressTray jobs={jobs} />}
    >
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
