import { Box, Button, Group, Skeleton, Table, UnstyledButton } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowsSort,
  IconArrowUp,
  IconChevronLeft,
  IconChevronRight,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { nextSort } from '../url/list-search.ts';
import classes from './data-table.module.css';
import { ProblemAlert } from './problem-alert.tsx';

export interface Column<Row, Sort extends string = string> {
  readonly id: string;
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
  const active = sort !== undefined && sorts?.includes(sort);
  const Arrow = !active ? IconArrowsSort : isDescending(sort) ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th
      ta={column.align ?? 'left'}
      {...(column.visibleFrom === undefined ? {} : { visibleFrom: column.visibleFrom })}
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
    </Table.Th>
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
  const { t } = useTranslation('kit');
  if (error !== null && rows === undefined) return <ProblemAlert error={error} onRetry={onRetry} />;
  if (rows !== undefined && rows.length === 0) return empty;
  return (
    <Box>
      <Table.ScrollContainer
        minWidth={0}
        type="native"
        className={classes.scroll}
        scrollAreaProps={{ tabIndex: 0, role: 'region', 'aria-label': caption }}
      >
        <Table
          verticalSpacing="sm"
          highlightOnHover={rows !== undefined}
          aria-label={caption}
          aria-busy={rows === undefined || stale}
          data-stale={stale || undefined}
          className={classes.table}
        >
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Head key={column.id} column={column} sort={sort} onSort={onSort} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows === undefined
              ? SKELETON_ROWS.map((row) => (
                  <Table.Tr key={row}>
                    {columns.map((column) => (
                      <Table.Td
                        key={column.id}
                        {...(column.visibleFrom === undefined
                          ? {}
                          : { visibleFrom: column.visibleFrom })}
                      >
                        <Skeleton height={16} />
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))
              : rows.map((row) => (
                  <Table.Tr key={rowKey(row)}>
                    {columns.map((column) => {
                      const Cell = column.rowHeader ? Table.Th : Table.Td;
                      return (
                        <Cell
                          key={column.id}
                          ta={column.align ?? 'left'}
                          {...(column.rowHeader ? { scope: 'row', fw: 'inherit' } : {})}
                          {...(column.visibleFrom === undefined
                            ? {}
                            : { visibleFrom: column.visibleFrom })}
                        >
                          {column.render(row)}
                        </Cell>
                      );
                    })}
                  </Table.Tr>
                ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {rows === undefined ? <span role="status">{t('loading')}</span> : paging}
    </Box>
  );
};

/** Pages by cursor: on to the next, back to where one came from, or to the first. */
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
  const { t } = useTranslation('kit');
  if (nextCursor === null && !hasPrevious) return null;
  return (
    <Group justify="flex-end" mt="md" gap="xs">
      <Button
        variant="default"
        size="sm"
        disabled={!hasPrevious}
        leftSection={<IconChevronLeft size={16} aria-hidden />}
        onClick={onPrevious}
      >
        {t('table.previous')}
      </Button>
      <Button
        variant="default"
        size="sm"
        disabled={nextCursor === null}
        rightSection={<IconChevronRight size={16} aria-hidden />}
        onClick={() => nextCursor !== null && onNext(nextCursor)}
      >
        {t('table.next')}
      </Button>
    </Group>
  );
};
