import {
  type Answer,
  ButtonLink,
  DataTable,
  EmptyState,
  ProblemAlert,
  Section,
  useAnswer,
  useFormats,
  useText,
} from '@atelier/web-kit';
import { Text } from '@mantine/core';
import { IconTableOff } from '@tabler/icons-react';

interface PreviewRow {
  readonly line: number;
  readonly cells: Answer<'data-management', 'previewDataset'>['rows'][number];
}

/** Rows exactly as an extract would give them: masked by the same query. */
export const DatasetPreview = ({ dataset }: { readonly dataset: string }) => {
  const t = useText('crm');
  const formats = useFormats();
  const preview = useAnswer('data-management', 'previewDataset', {
    params: { dataset },
    body: { filter: [] },
  });
  const rows: readonly PreviewRow[] | undefined = preview.data?.rows.map((cells, line) => ({
    line,
    cells,
  }));
  return (
    <Section title={t('data.preview')} description={t('data.previewText')}>
      {preview.isError ? (
        <ProblemAlert error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <DataTable<PreviewRow>
          caption={t('data.preview')}
          rows={rows}
          rowKey={({ line }) => String(line)}
          columns={(preview.data?.columns ?? [{ name: '…', type: '' }]).map((column, index) => ({
            id: column.name,
            header: (
              <Text span size="sm" fw={600} ff="monospace">
                {column.name}
              </Text>
            ),
            render: ({ cells }) => {
              const cell = cells[index] ?? null;
              return (
                <Text
                  span
                  size="sm"
                  style={{ whiteSpace: 'nowrap' }}
                  {...(cell === null ? { c: 'dimmed' } : {})}
                >
                  {cell === null ? t('data.nullValue') : String(cell)}
                </Text>
              );
            },
          }))}
          empty={
            <EmptyState
              order={3}
              icon={IconTableOff}
              title={t('data.previewEmpty')}
              action={<ButtonLink to="/imports/new">{t('home.import')}</ButtonLink>}
            >
              {t('data.previewEmptyText')}
            </EmptyState>
          }
        />
      )}
      {preview.data === undefined ? null : (
        <Text size="sm" c="dimmed">
          {t('data.estimate', {
            rows: formats.number(preview.data.estimatedRows),
            bytes: formats.bytes(preview.data.estimatedBytes),
            duration: formats.duration(preview.data.estimatedSeconds * 1000),
          })}
        </Text>
      )}
    </Section>
  );
};
