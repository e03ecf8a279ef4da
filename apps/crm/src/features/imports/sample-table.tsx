import { type Column, DataTable, useText } from '@atelier/web-kit';

interface Line {
  readonly number: number;
  readonly cells: readonly string[];
}

/** The first lines as they would be split. */
export const SampleTable = ({
  rows,
  header,
}: {
  readonly rows: readonly (readonly string[])[];
  readonly header: boolean;
}) => {
  const t = useText('crm');
  const width = Math.max(0, ...rows.map((row) => row.length));
  const columns = Array.from(
    { length: width },
    (_, index): Column<Line> => ({
      id: String(index),
      header:
        (header ? rows[0]?.[index] : undefined) || t('imports.columnNumber', { number: index + 1 }),
      render: ({ cells }) => <span style={{ whiteSpace: 'nowrap' }}>{cells[index]}</span>,
    }),
  );
  return (
    <DataTable<Line>
      caption={t('imports.sample')}
      columns={columns}
      rows={rows.slice(header ? 1 : 0).map((cells, index) => ({ number: index, cells }))}
      rowKey={({ number }) => String(number)}
      empty={null}
    />
  );
};
