import { Page, useText } from '@atelier/web-kit';
import { NativeSelect } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { RegistrationsSection } from './registrations-section.tsx';
import { SHOWN, type Shown } from './shown.ts';
import { WorkbenchesSection } from './workbenches-section.tsx';

export const BoardPage = () => {
  const t = useText('admin');
  const navigate = useNavigate();
  const { show = 'open' } = useSearch({ strict: false }) as { show?: Shown };
  return (
    <Page
      title={t('board.title')}
      application={t('name')}
      description={t('board.lead')}
      actions={
        <NativeSelect
          aria-label={t('board.show')}
          value={show}
          data={SHOWN.map((value) => ({ value, label: t(`board.shown.${value}`) }))}
          onChange={(event) =>
            void navigate({ to: '.', search: { show: event.currentTarget.value }, replace: true })
          }
        />
      }
    >
      <RegistrationsSection show={show} />
      <WorkbenchesSection show={show} />
    </Page>
  );
};
