import {
  AnchorLink,
  type Answer,
  type Column,
  DataTable,
  ProblemAlert,
  Section,
  useAction,
  useAnswer,
  useFormats,
  useNow,
  usePollMs,
  useText,
} from '@atelier/web-kit';
import { Badge, Button } from '@mantine/core';
import { NothingShown } from './nothing-shown.tsx';
import { isShown, type Shown } from './shown.ts';
import { usePages } from './use-pages.tsx';
import { useTenantNames } from './use-tenant-names.ts';
import { CauseAndRemedy, CurrentStep, isUnderWay } from './work-columns.tsx';

type Row = Answer<'workbench-management', 'listWorkbenches'>['items'][number];

const COLORS = {
  absent: 'gray',
  provisioning: 'ink',
  ready: 'green',
  failed: 'red',
  deleting: 'amber',
  deleted: 'gray',
} as const satisfies Record<Row['workbench']['state'], string>;

const standingOf = ({ workbench }: Row): 'open' | 'failed' | 'over' =>
  workbench.state === 'failed'
    ? 'failed'
    : workbench.state === 'provisioning' || workbench.state === 'deleting'
      ? 'open'
      : 'over';

const useColumns = (
  names: ReadonlyMap<string, string>,
  retry: (tenantId: string) => void,
): readonly Column<Row>[] => {
  const t = useText('admin');
  const formats = useFormats();
  const now = useNow(true, 5000);
  const nameOf = (tenantId: string) => names.get(tenantId) ?? tenantId;
  return [
    {
      id: 'tenant',
      header: t('board.tenant'),
      rowHeader: true,
      render: ({ tenantId }) => (
        <AnchorLink to="/tenants/$tenantId" params={{ tenantId }} fw={600}>
          {nameOf(tenantId)}
        </AnchorLink>
      ),
    },
    {
      id: 'state',
      header: t('board.state'),
      render: ({ workbench }) => (
        <Badge color={COLORS[workbench.state]}>
          {t(`board.workbenchState.${workbench.state}`)}
        </Badge>
      ),
    },
    {
      id: 'step',
      header: t('board.step'),
      visibleFrom: 'sm',
      render: ({ workbench }) => <CurrentStep work={workbench.request} />,
    },
    {
      id: 'age',
      header: t('board.age'),
      visibleFrom: 'sm',
      render: ({ workbench }) =>
        workbench.request === null ? '–' : formats.ago(workbench.request.createdAt, now),
    },
    {
      id: 'cause',
      header: t('board.cause'),
      visibleFrom: 'md',
      render: ({ workbench }) => <CauseAndRemedy work={workbench.request} />,
    },
    {
      id: 'retry',
      header: '',
      align: 'right',
      render: (row) =>
        standingOf(row) === 'failed' ? (
          <Button
            size="xs"
            variant="default"
            aria-label={t('board.retryLabel', { name: nameOf(row.tenantId) })}
            onClick={() => retry(row.tenantId)}
          >
            {t('board.retry')}
          </Button>
        ) : null,
    },
  ];
};

export const WorkbenchesSection = ({ show }: { readonly show: Shown }) => {
  const t = useText('admin');
  const pollMs = usePollMs();
  const pages = usePages();
  const retry = useAction('workbench-management', 'retryWorkbench');
  const workbenches = useAnswer(
    'workbench-management',
    'listWorkbenches',
    { query: pages.query },
    {
      keep: true,
      pollMs: (data) =>
        data?.items.some(({ workbench }) => isUnderWay(workbench.request)) === true
          ? pollMs
          : false,
    },
  );
  const rows = workbenches.data?.items.filter((one) => isShown(show, standingOf(one)));
  const names = useTenantNames((rows ?? []).map(({ tenantId }) => tenantId));
  const columns = useColumns(names, (tenantId) => retry.mutate({ params: { tenantId } }));
  return (
    <Section title={t('board.workbenches')} description={t('board.workbenchesText')}>
      {retry.error === null ? null : <ProblemAlert error={retry.error} />}
      <DataTable
        caption={t('board.workbenches')}
        columns={columns}
        rows={rows}
        rowKey={({ tenantId }) => tenantId}
        error={workbenches.error}
        onRetry={() => void workbenches.refetch()}
        empty={<NothingShown show={show} />}
        paging={pages.paging(workbenches.data?.nextCursor)}
      />
    </Section>
  );
};
