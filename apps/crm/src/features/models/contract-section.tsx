import type { SlotView } from '@atelier/contracts';
import { DataTable, Section, useText } from '@atelier/web-kit';
import { Text } from '@mantine/core';

/** The features in their order, with what each means and when it is null. */
export const ContractSection = ({ slot }: { readonly slot: SlotView }) => {
  const t = useText('crm');
  const rows = slot.features.map((feature, index) => ({ ...feature, position: index + 1 }));
  return (
    <Section title={t('models.contract')} description={t('models.contractText')}>
      <DataTable
        caption={t('models.contract')}
        rows={rows}
        rowKey={({ name }) => name}
        columns={[
          { id: 'position', header: '#', align: 'right', render: ({ position }) => position },
          {
            id: 'name',
            header: t('models.feature'),
            rowHeader: true,
            render: ({ name, meaning }) => (
              <>
                <Text size="sm" ff="monospace" component="div">
                  {name}
                </Text>
                <Text size="xs" c="dimmed" hiddenFrom="md">
                  {meaning}
                </Text>
              </>
            ),
          },
          {
            id: 'meaning',
            header: t('models.meaning'),
            visibleFrom: 'md',
            render: ({ meaning }) => meaning,
          },
          { id: 'unit', header: t('models.unit'), render: ({ unit }) => unit },
          {
            id: 'null',
            header: t('models.nullWhen'),
            visibleFrom: 'sm',
            render: ({ nullWhen }) => nullWhen,
          },
          {
            id: 'minimum',
            header: t('models.minimum'),
            align: 'right',
            visibleFrom: 'sm',
            render: ({ minimum }) => minimum ?? '–',
          },
        ]}
        empty={null}
      />
    </Section>
  );
};
