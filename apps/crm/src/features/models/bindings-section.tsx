import {
  AnchorLink,
  DataTable,
  EmptyState,
  Section,
  useAnswer,
  useFormats,
  useNow,
  usePollMs,
  useText,
} from '@atelier/web-kit';
import { IconBrain } from '@tabler/icons-react';
import { BindingStateBadge, isBeingChecked } from './binding-state-badge.tsx';
import type { SlotParams } from './slot-params.ts';

export const BindingsSection = ({ params }: { readonly params: SlotParams }) => {
  const t = useText('crm');
  const formats = useFormats();
  const now = useNow(false);
  const pollMs = usePollMs();
  const bindings = useAnswer(
    'customer-management',
    'listSlotBindings',
    { params },
    { pollMs: (data) => (data?.items.some(isBeingChecked) === true ? pollMs : false) },
  );
  return (
    <Section title={t('models.history')}>
      <DataTable
        caption={t('models.history')}
        rows={bindings.data?.items}
        rowKey={({ id }) => id}
        error={bindings.error}
        onRetry={() => void bindings.refetch()}
        columns={[
          {
            id: 'endpoint',
            header: t('models.endpoint'),
            rowHeader: true,
            render: ({ id, endpointName, version }) => (
              <AnchorLink to="/models/bindings/$bindingId" params={{ bindingId: id }} fw={600}>
                {t('churn.model', { model: endpointName, version })}
              </AnchorLink>
            ),
          },
          {
            id: 'state',
            header: t('models.state'),
            render: ({ state }) => <BindingStateBadge state={state} />,
          },
          {
            id: 'changed',
            header: t('models.changed'),
            visibleFrom: 'sm',
            render: ({ changedAt }) => formats.ago(changedAt, now),
          },
          {
            id: 'reason',
            header: t('models.reason'),
            visibleFrom: 'md',
            render: ({ reason }) => reason ?? '–',
          },
        ]}
        empty={
          <EmptyState order={3} icon={IconBrain} title={t('models.historyEmptyTitle')}>
            {t('models.historyEmpty')}
          </EmptyState>
        }
      />
    </Section>
  );
};
