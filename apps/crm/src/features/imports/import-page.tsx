import type { ImportView } from '@atelier/contracts';
import {
  ButtonLink,
  Facts,
  Notice,
  Page,
  ProblemAlert,
  Section,
  StepList,
  useAction,
  useAnswer,
  useFormats,
  usePollMs,
  useText,
} from '@atelier/web-kit';
import { Button, Group, Skeleton, Stack } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { ImportErrors } from './import-errors.tsx';
import { ImportStateBadge } from './import-state-badge.tsx';
import { MappingForm } from './mapping-form.tsx';
import { UploadAgain } from './upload-again.tsx';

const isUnderWay = ({ state }: ImportView): boolean => state === 'queued' || state === 'running';

const Progress = ({ view }: { readonly view: ImportView }) => {
  const t = useText('crm');
  const { number, bytes } = useFormats();
  return (
    <Section title={t('imports.progress')}>
      <Stack gap="lg">
        <Facts
          facts={[
            { term: t('imports.state'), value: <ImportStateBadge state={view.state} /> },
            { term: t('imports.read'), value: number(view.rows.read) },
            { term: t('imports.accepted'), value: number(view.rows.accepted) },
            { term: t('imports.rejected'), value: number(view.rows.rejected) },
            { term: t('imports.size'), value: bytes(view.bytes) },
          ]}
        />
        {view.work === null ? null : <StepList work={view.work} label={t('imports.progress')} />}
      </Stack>
    </Section>
  );
};

const Outcome = ({ view }: { readonly view: ImportView }) => {
  const t = useText('crm');
  if (view.state === 'succeeded') {
    return (
      <Notice color="green" title={t('imports.done')}>
        <Group>
          <ButtonLink to="/customers" size="xs" color="green">
            {t('imports.toCustomers')}
          </ButtonLink>
          <ButtonLink to="/imports/new" size="xs" variant="default">
            {t('imports.again')}
          </ButtonLink>
        </Group>
      </Notice>
    );
  }
  if (view.state === 'failed' || view.state === 'cancelled') {
    return (
      <Notice color={view.state === 'failed' ? 'red' : 'gray'} title={t('imports.failed')}>
        <ButtonLink to="/imports/new" size="xs" variant="default">
          {t('imports.again')}
        </ButtonLink>
      </Notice>
    );
  }
  return null;
};

const Cancel = ({ view }: { readonly view: ImportView }) => {
  const t = useText('crm');
  const cancel = useAction('customer-management', 'cancelImport');
  return (
    <Stack gap="sm">
      <Button
        variant="default"
        loading={cancel.isPending}
        onClick={() => cancel.mutate({ params: { importId: view.id } })}
      >
        {t('imports.cancel')}
      </Button>
      {cancel.error === null ? null : <ProblemAlert error={cancel.error} />}
    </Stack>
  );
};

export const ImportPage = () => {
  const t = useText('crm');
  const { importId = '' } = useParams({ strict: false });
  const pollMs = usePollMs();
  const answer = useAnswer(
    'customer-management',
    'getImport',
    { params: { importId } },
    { pollMs: (view) => (view !== undefined && isUnderWay(view) ? pollMs : false) },
  );
  const view = answer.data;
  return (
    <Page
      title={view?.fileName ?? t('imports.file')}
      application={t('name')}
      description={view === undefined ? undefined : t(`imports.kinds.${view.kind}`)}
      back={{ to: '/imports', label: t('imports.back') }}
      actions={view !== undefined && isUnderWay(view) ? <Cancel view={view} /> : undefined}
    >
      {answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : null}
      {answer.isPending ? <Skeleton height={280} /> : null}
      {view?.state === 'awaiting_file' ? <UploadAgain view={view} /> : null}
      {view?.state === 'awaiting_mapping' ? <MappingForm view={view} /> : null}
      {view === undefined || view.state.startsWith('awaiting') ? null : (
        <>
          <Outcome view={view} />
          <Progress view={view} />
          {view.rows.rejected === 0 ? null : <ImportErrors importId={view.id} />}
        </>
      )}
    </Page>
  );
};
