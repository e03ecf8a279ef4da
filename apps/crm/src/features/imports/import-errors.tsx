import { CursorPaging, DataTable, Section, useAnswer, useFormats, useText } from '@atelier/web-kit';
import { useState } from 'react';

const PAGE = 50;

/** The lines that could not be read, by line. */
export const ImportErrors = ({ importId }: { readonly importId: string }) => {
  const t = useText('crm');
  const { number } = useFormats();
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const errors = useAnswer(
    'customer-management',
    'listImportErrors',
    {
      params: { importId },
      query: { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
    },
    { keep: true },
  );
  return (
    <Section title={t('imports.errors')} description={t('imports.errorsText')}>
      <DataTable
        caption={t('imports.errors')}
        rows={errors.data?.items}
        rowKey={({ line, column, message }) => `${line} ${column ?? ''} ${message}`}
        error={errors.error}
        onRetry={() => void errors.refetch()}
        columns={[
          {
            id: 'line',
            header: t('imports.line'),
            rowHeader: true,
            render: ({ line }) => number(line),
          },
          { id: 'column', header: t('imports.column'), render: ({ column }) => column ?? '–' },
          { id: 'message', header: t('imports.message'), render: ({ message }) => message },
        ]}
        empty={null}
        paging={
          <CursorPaging
            nextCursor={errors.data?.nextCursor ?? null}
            hasPrevious={cursors.length > 0}
            onNext={(next) => setCursors([...cursors, next])}
            onPrevious={() => setCursors(cursors.slice(0, -1))}
          />
        }
      />
    </Section>
  );
};
