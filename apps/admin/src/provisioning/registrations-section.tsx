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
import { Badge, Button, Stack, Text } from '@mantine/core';
import { NothingShown } from './nothing-shown.tsx';
import { isShown, type Shown } from './shown.ts';
import { usePages } from './use-pages.tsx';
import { CauseAndRemedy, CurrentStep, isUnderWay } from './work-columns.tsx';

type Registration = Answer<'registration', 'listRegistrations'>['items'][number];

const COLORS = {
  awaiting_verification: 'gray',
  provisioning: 'ink',
  active: 'green',
  failed: 'red',
  expired: 'gray',
} as const satisfies Record<Registration['state'], string>;

const standingOf = ({ state, work }: Registration): 'open' | 'failed' | 'over' =>
  state === 'failed' || work?.state === 'failed'
    ? 'failed'
    : state === 'provisioning' || state === 'awaiting_verification'
      ? 'open'
      : 'over';

const useColumns = (
  retry: (registration: Registration) => void,
): readonly Column<Registration>[] => {
  const t = useText('admin');
  const formats = useFormats();
  const now = useNow(true, 5000);
  return [
    {
      id: 'company',
      header: t('board.company'),
      rowHeader: true,
      render: ({ company, email, tenantId }) => (
        <Stack gap={0}>
          {tenantId === null ? (
            <Text fw={600} size="sm">
              {company}
            </Text>
          ) : (
            <AnchorLink to="/tenants/$tenantId" params={{ tenantId }} fw={600}>
              {company}
            </AnchorLink>
          )}
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {email}
          </Text>
        </Stack>
      ),
    },
    {
      id: 'state',
      header: t('board.state'),
      render: ({ state }) => (
        <Badge color={COLORS[state]}>{t(`board.registrationState.${state}`)}</Badge>
      ),
    },
    {
      id: 'step',
      header: t('board.step'),
      visibleFrom: 'sm',
      render: ({ work }) => <CurrentStep work={work} />,
    },
    {
      id: 'age',
      header: t('board.age'),
      visibleFrom: 'sm',
      render: ({ createdAt }) => formats.ago(createdAt, now),
    },
    {
      id: 'cause',
      header: t('board.cause'),
      visibleFrom: 'md',
      render: ({ work }) => <CauseAndRemedy work={work} />,
    },
    {
      id: 'retry',
      header: '',
      align: 'right',
      render: (registration) =>
        standingOf(registration) === 'failed' ? (
          <Button
            size="xs"
            variant="default"
            aria-label={t('board.retryLabel', { name: registration.company })}
            onClick={() => retry(registration)}
          >
            {t('board.retry')}
          </Button>
        ) : null,
    },
  ];
};

export const RegistrationsSection = ({ show }: { readonly show: Shown }) => {
  const t = useText('admin');
  const pollMs = usePollMs();
  const pages = usePages();
  const retry = useAction('registration', 'retryRegistration');
  const columns = useColumns(({ id }) => retry.mutate({ params: { registrationId: id } }));
  const registrations = useAnswer(
    'registration',
    'listRegistrations',
    { query: pages.query },
    {
      keep: true,
      pollMs: (data) =>
        data?.items.some(({ work }) => isUnderWay(work)) === true ? pollMs : false,
    },
  );
  return (
    <Section title={t('board.registrations')} description={t('board.registrationsText')}>
      {retry.error === null ? null : <ProblemAlert error={retry.error} />}
      <DataTable
        caption={t('board.registrations')}
        columns={columns}
        rows={registrations.data?.items.filter((one) => isShown(show, standingOf(one)))}
        rowKey={({ id }) => id}
        error={registrations.error}
        onRetry={() => void registrations.refetch()}
        empty={<NothingShown show={show} />}
        paging={pages.paging(registrations.data?.nextCursor)}
      />
    </Section>
  );
};
