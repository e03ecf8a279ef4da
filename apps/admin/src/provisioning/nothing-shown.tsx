import { ButtonLink, EmptyState, useText } from '@atelier/web-kit';
import { IconChecks } from '@tabler/icons-react';
import type { Shown } from './shown.ts';

const TEXTS = { open: 'noneOpen', failed: 'noneFailed', all: 'noneAll' } as const;

export const NothingShown = ({ show }: { readonly show: Shown }) => {
  const t = useText('admin');
  return (
    <EmptyState
      order={3}
      icon={IconChecks}
      title={t('board.noneTitle')}
      action={
        show === 'all' ? undefined : (
          <ButtonLink to="/provisioning" search={{ show: 'all' }} variant="default">
            {t('board.showAll')}
          </ButtonLink>
        )
      }
    >
      {t(`board.${TEXTS[show]}`)}
    </EmptyState>
  );
};
