import type { Extract } from '@atelier/contracts';
import {
  CodeBlock,
  Facts,
  Notice,
  Page,
  ProblemAlert,
  Section,
  useAction,
  useAnswer,
  useFormats,
  usePollMs,
  useText,
} from '@atelier/web-kit';
import { Button, Progress, Skeleton, Stack, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { PersonName } from '../../people/person-name.tsx';
import { LaunchLink } from '../workbench/launch-link.tsx';
import { ExtractStateBadge, isUnderWay } from './extract-state-badge.tsx';

const Actions = ({ extract }: { readonly extract: Extract }) => {
  const t = useText('crm');
  const cancel = useAction('data-management', 'cancelExtract');
  const retry = useAction('data-management', 'retryExtract');
  const error = cancel.error ?? retry.error;
  const call = { params: { extractId: extract.id } };
  return (
    <Stack gap="sm">
      {isUnderWay(extract) ? (
        <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(call)}>
          {t('data.cancel')}
        </Button>
      ) : null}
      {extract.state === 'failed' ? (
        <Button loading={retry.isPending} onClick={() => retry.mutate(call)}>
          {t('data.retry')}
        </Button>
      ) : null}
      {error === null ? null : <ProblemAlert error={error} />}
    </Stack>
  );
};

const Standing = ({ extract }: { readonly extract: Extract }) => {
  const t = useText('crm');
  const formats = useFormats();
  const lines = [
    extract.position === null ? null : t('data.position', { position: extract.position }),
    extract.waitsFor === null ? null : t('data.waits', { reason: extract.waitsFor }),
    extract.rows === 0
      ? null
      : t('data.progressText', {
          rows: formats.number(extract.rows),
          bytes: formats.bytes(extract.bytes),
        }),
    extract.rowsPerSecond === null
      ? null
      : t('data.speed', { rate: formats.number(Math.round(extract.rowsPerSecond)) }),
  ].filter((line) => line !== null);
  return (
    <Stack gap="xs" role="status">
      <div>
        <ExtractStateBadge state={extract.state} />
      </div>
      {isUnderWay(extract) ? (
        <Progress
          value={100}
          animated={extract.state === 'running'}
          striped
          aria-label={t(`data.states.${extract.state}`)}
          color={extract.state === 'running' ? 'ink' : 'gray'}
        />
      ) : null}
      {lines.length === 0 ? null : <Text size="sm">{lines.join(' · ')}</Text>}
    </Stack>
  );
};

const Result = ({ extract }: { readonly extract: Extract }) => {
  const t = useText('crm');
  const manifests = Object.entries(extract.manifests);
  return (
    <>
      {extract.snippet === null ? null : (
        <Section
          title={t('data.snippet')}
          description={t('data.snippetText')}
          actions={<LaunchLink variant="default" />}
        >
          <CodeBlock code={extract.snippet} label={t('data.snippet')} />
        </Section>
      )}
      {manifests.length === 0 ? null : (
        <Section title={t('data.manifests')} description={t('data.manifestsText')}>
          {manifests.map(([dataset, path]) => (
            <div key={dataset}>
              <Text size="sm" fw={600} mb={4}>
                {dataset}
              </Text>
              <CodeBlock code={path} label={dataset} />
            </div>
          ))}
        </Section>
      )}
    </>
  );
};

export const ExtractPage = () => {
  const t = useText('crm');
  const formats = useFormats();
  const { extractId = '' } = useParams({ strict: false });
  const pollMs = usePollMs();
  const answer = useAnswer(
    'data-management',
    'getExtract',
    { params: { extractId } },
    { pollMs: (extract) => (extract !== undefined && isUnderWay(extract) ? pollMs : false) },
  );
  const extract = answer.data;
  return (
    <Page
      title={
        extract === undefined
          ? t('data.extractsTitle')
          : t('data.extractTitle', { datasets: extract.datasets.join(', ') })
      }
      application={t('name')}
      description={extract?.purpose}
      back={{ to: '/data/extracts', label: t('data.extracts') }}
      actions={extract === undefined ? undefined : <Actions extract={extract} />}
    >
      {answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : null}
      {answer.isPending ? <Skeleton height={240} /> : null}
      {extract === undefined ? null : (
        <>
          <Section title={t('data.state')}>
            <Standing extract={extract} />
            {extract.cause === null ? null : (
              <Notice color="red" title={extract.cause}>
                {extract.remedy}
              </Notice>
            )}
            <Facts
              facts={[
                { term: t('data.by'), value: <PersonName actor={extract.requestedBy} /> },
                { term: t('data.dataRole'), value: t(`role.${extract.dataRole}`) },
                { term: t('data.created'), value: formats.time(extract.createdAt) },
                {
                  term: t('data.finished'),
                  value: extract.finishedAt === null ? null : formats.time(extract.finishedAt),
                },
              ]}
            />
          </Section>
          <Result extract={extract} />
        </>
      )}
    </Page>
  );
};
