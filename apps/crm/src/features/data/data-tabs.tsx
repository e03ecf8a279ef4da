import { ButtonLink, useText } from '@atelier/web-kit';
import { Group } from '@mantine/core';

const TABS = [
  { to: '/data', text: 'catalogue' },
  { to: '/data/extracts', text: 'extracts' },
] as const;

/** The two lists of the Data page, each with an address of its own. */
export const DataTabs = ({ current }: { readonly current: (typeof TABS)[number]['text'] }) => {
  const t = useText('crm');
  return (
    <Group component="nav" gap="xs" aria-label={t('data.title')}>
      {TABS.map(({ to, text }) => (
        <ButtonLink
          key={to}
          to={to}
          size="sm"
          variant={text === current ? 'light' : 'subtle'}
          aria-current={text === current ? 'page' : undefined}
        >
          {t(`data.${text}`)}
        </ButtonLink>
      ))}
    </Group>
  );
};
