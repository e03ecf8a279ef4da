import type { Workbench } from '@atelier/contracts';
import {
  EmptyState,
  Facts,
  Notice,
  Page,
  ProblemAlert,
  Section,
  StepList,
  useAnswer,
  useHasRole,
  usePollMs,
  useText,
} from '@atelier/web-kit';
import { Badge, Skeleton, Stack, Text } from '@mantine/core';
import { IconNotebookOff } from '@tabler/icons-react';
import { ADMINISTRATORS } from '../../access/roles.ts';
import { EndpointsSection } from './endpoints-section.tsx';
import { LaunchLink } from './launch-link.tsx';
import { VariantChoice } from './variant-choice.tsx';

const COLORS = {
  absent: 'gray',
  provisioning: 'ink',
  ready: 'green',
  failed: 'red',
  deleting: 'amber',
  deleted: 'gray',
} as const satisfies Record<Workbench['state'], string>;

const isSettled = ({ state }: Workbench): boolean => state === 'ready' || state === 'absent';

const Existing = ({ workbench }: { readonly workbench: Workbench }) => {
  const t = useText('crm');
  return (
    <>
      <Section
        title={t('workbench.facts')}
        actions={workbench.state === 'ready' ? <LaunchLink /> : undefined}
      >
        <Facts
          facts={[
            {
              term: t('workbench.stateLabel'),
              value: (
                <Badge color={COLORS[workbench.state]}>
                  {t(`workbenchState.${workbench.state}`)}
                </Badge>
              ),
            },
            { term: t('workbench.variant'), value: workbench.variant },
            { term: t('workbench.account'), value: workbench.accountId },
            { term: t('workbench.bucket'), value: workbench.bucket },
          ]}
        />
        {workbench.state === 'ready' ? (
          <Text size="sm" c="dimmed">
            {t('workbench.launchNote')}
          </Text>
        ) : null}
      </Section>
      {workbench.state === 'ready' ? <EndpointsSection /> : null}
      {workbench.request === null ? null : (
        <Section
          title={t(
            workbench.state === 'provisioning'
              ? 'workbench.provisioningNow'
              : 'workbench.provisioning',
          )}
        >
          {workbench.state === 'failed' ? (
            <Notice color="amber">{t('workbench.failedText')}</Notice>
          ) : null}
          <StepList work={workbench.request} label={t('workbench.provisioning')} />
        </Section>
      )}
    </>
  );
};

const Absent = () => {
  const t = useText('crm');
  const administrator = useHasRole(...ADMINISTRATORS);
  return administrator ? (
    <VariantChoice />
  ) : (
    <div className="atelier-surface">
      <EmptyState icon={IconNotebookOff} title={t('workbench.absentTitle')}>
        {t('workbench.absentText')}
      </EmptyState>
    </div>
  );
};

export const WorkbenchPage = () => {
  const t = useText('crm');
  const pollMs = usePollMs();
  const answer = useAnswer(
    'workbench-management',
    'getWorkbench',
    {},
    { pollMs: (workbench) => (workbench !== undefined && isSettled(workbench) ? false : pollMs) },
  );
  const workbench = answer.data;
  const absent = workbench?.state === 'absent' || workbench?.state === 'deleted';
  return (
    <Page title={t('workbench.title')} application={t('name')} description={t('workbench.lead')}>
      {answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : null}
      {answer.isPending ? (
        <Stack>
          <Skeleton height={120} />
          <Skeleton height={240} />
        </Stack>
      ) : null}
      {absent ? <Absent /> : null}
      {workbench === undefined || absent ? null : <Existing workbench={workbench} />}
    </Page>
  );
};
