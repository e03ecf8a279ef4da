import { Button, Group, Skeleton, UnstyledButton, VisuallyHidden } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowsSort,
  IconArrowUp,
  IconChevronLeft,
  IconChevronRight,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useText } from '../messages/use-text.ts';
import { nextSort } from '../url/list-search.ts';
import { ProblemAlert } from './problem-alert.tsx';
import { ScrollRegion } from './scroll-region.tsx';
import classes from './table.module.css';

export interface Column<Row, Sort extends string = string> {
  readonly id: string;
  /** Empty for a column of actions. */
  readonly header: ReactNode;
  readonly render: (row: Row) => ReactNode;
  readonly align?: 'left' | 'right';
  /** The order of the first press of the head, and of the second. */
  readonly sorts?: readonly [Sort, Sort];
  /** Left out on windows narrower than this. */
  readonly visibleFrom?: 'sm' | 'md' | 'lg';
  /** The column that names the row to screen readers. */
  readonly rowHeader?: boolean;
}

export interface DataTableProps<Row, Sort extends string> {
  readonly caption: string;
  readonly columns: readonly Column<Row, Sort>[];
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  readonly error?: Error | null;
  readonly onRetry?: () => void;
  /** Shown in place of the table when there is no row. */
  readonly empty: ReactNode;
  readonly sort?: Sort | undefined;
  readonly onSort?: (sort: Sort) => void;
  readonly paging?: ReactNode;
  /** The shown rows belong to the previous question; the next answer is on its way. */
  readonly stale?: boolean;
}

const SKELETON_ROWS = ['a', 'b', 'c', 'd', 'e', 'f'];

const isDescending = (sort: string): boolean => sort.startsWith('-');

/** Looks of every cell of a column. */
const cellOf = <Row, Sort extends string>({ align, visibleFrom }: Column<Row, Sort>) => ({
  'data-align': align,
  'data-from': visibleFrom,
});

const Head = <Row, Sort extends string>({
  column,
  sort,
  onSort,
}: {
  readonly column: Column<Row, Sort>;
  readonly sort: Sort | undefined;
  readonly onSort: ((sort: Sort) => void) | undefined;
}) => {
  const { sorts } = column;
  if (column.header === '') return <td {...cellOf(column)} />;
  const active = sort !== undefined && sorts?.includes(sort);
  const Arrow = !active ? IconArrowsSort : isDescending(sort) ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      {...cellOf(column)}
      aria-sort={active ? (isDescending(sort) ? 'descending' : 'ascending') : undefined}
    >
      {sorts === undefined || onSort === undefined ? (
        column.header
      ) : (
        <UnstyledButton
          className={classes.sort}
          data-active={active || undefined}
          onClick={() => onSort(nextSort(sorts, sort))}
        >
          {column.header}
          <Arrow size={14} aria-hidden />
        </UnstyledButton>
      )}
    </th>
  );
};

/** Rows that the service sorts, searches and pages; this only shows them and asks. */
export const DataTable = <Row, Sort extends string = string>({
  caption,
  columns,
  rows,
  rowKey,
  error = null,
  onRetry,
  empty,
  sort,
  onSort,
  paging,
  stale = false,
}: DataTableProps<Row, Sort>) => {
  const t = useText('kit');
  if (error !== null && rows === undefined) return <ProblemAlert error={error} onRetry={onRetry} />;
  if (rows !== undefined && rows.length === 0) return empty;
  return (
    <div>
      <ScrollRegion label={caption}>
        <table
          aria-label={caption}
          aria-busy={rows === undefined || stale}
          data-stale={stale || undefined}
          className={classes.table}
        >
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.id} column={column} sort={sort} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows === undefined
              ? SKELETON_ROWS.map((row) => (
                  <tr key={row}>
                    {columns.map((column) => (
                      <td key={column.id} {...cellOf(column)}>
                        <Skeleton height={16} />
                      </td>
                    ))}
                  </tr>
                ))
              : rows.map((row) => (
                  <tr key={rowKey(row)}>
                    {columns.map((column) =>
                      column.rowHeader ? (
                        <th key={column.id} scope="row" {...cellOf(column)}>
                          {column.render(row)}
                        </th>
                      ) : (
                        <td key={column.id} {...cellOf(column)}>
                          {column.render(row)}
                        </td>
                      ),
                    )}
                  </tr>
                ))}
          </tbody>
        </table>
      </ScrollRegion>
      {rows === undefined ? <VisuallyHidden role="status">{t('loading')}</VisuallyHidden> : paging}
    </div>
  );
};

/** Pages by cursor: on to the next, back to where one came from. */
export const CursorPaging = ({
  nextCursor,
  hasPrevious,
  onNext,
  onPrevious,
}: {
  readonly nextCursor: string | null;
  readonly hasPrevious: boolean;
  readonly onNext: (cursor: string) => void;
  readonly onPrevious: () => void;
}) => {
  const t = useText('kit');
  if (nextCursor === null && !hasPrevious) return null;
  return (
    <Group justify="flex-end" mt="md" gap="xs">
      <Button
        variant="default"
        disabled={!hasPrevious}
        leftSection={<IconChevronLeft size={16} aria-hidden />}
        onClick={onPrevious}
      >
        {t('table.previous')}
      </Button>
      <Button
        variant="default"
        disabled={nextCursor === null}
        rightSection={<IconChevronRight size={16} aria-hidden />}
        onClick={() => nextCursor !== null && onNext(nextCursor)}
      >
        {t('table.next')}
      </Button>
    </Group>
  );
};
