import { Button, Center, Loader } from '@mantine/core';
import { IconBug, IconMapOff } from '@tabler/icons-react';
import { EmptyState } from '../components/empty-state.tsx';
import { ButtonLink } from '../components/links.tsx';
import { useText } from '../messages/use-text.ts';
import { Standalone } from './standalone.tsx';

export const NotFoundPage = () => {
  const t = useText('kit');
  return (
    <EmptyState
      order={1}
      icon={IconMapOff}
      title={t('notFound.title')}
      action={<ButtonLink to="/">{t('notFound.home')}</ButtonLink>}
    >
      {t('notFound.text')}
    </EmptyState>
  );
};

/** For applications whose frame is behind the sign-in: an unknown address is outside of it. */
export const StandaloneNotFoundPage = () => (
  <Standalone>
    <NotFoundPage />
  </Standalone>
);

/** An application error of ours: the reader loses a page, not the application. */
export const CrashedPage = () => {
  const t = useText('kit');
  return (
    <EmptyState
      order={1}
      icon={IconBug}
      title={t('crash.title')}
      action={<Button onClick={() => globalThis.location.reload()}>{t('crash.reload')}</Button>}
    >
      {t('crash.text')}
    </EmptyState>
  );
};

export const PendingPage = () => {
  const t = useText('kit');
  return (
    <Center py={80} role="status" aria-label={t('loading')}>
      <Loader aria-hidden />
    </Center>
  );
};
