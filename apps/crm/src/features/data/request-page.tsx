import {
  AnchorLink,
  Notice,
  Page,
  ProblemAlert,
  useAction,
  useAnswer,
  useFormats,
  useText,
} from '@atelier/web-kit';
import { Button, Checkbox, Group, Skeleton, Stack, Textarea } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';

const WorkbenchHint = () => {
  const t = useText('crm');
  const workbench = useAnswer('workbench-management', 'getWorkbench', {});
  if (workbench.data === undefined || workbench.data.state === 'ready') return null;
  return (
    <Notice color="amber" title={t('data.needsWorkbench')}>
      <AnchorLink to="/workbench">{t('data.toWorkbench')}</AnchorLink>
    </Notice>
  );
};

export const RequestPage = () => {
  const t = useText('crm');
  const { number } = useFormats();
  const navigate = useNavigate();
  const { dataset } = useSearch({ strict: false }) as { dataset?: string };
  const [chosen, setChosen] = useState<readonly string[]>(dataset === undefined ? [] : [dataset]);
  const [purpose, setPurpose] = useState('');
  const [tried, setTried] = useState(false);
  const datasets = useAnswer('data-management', 'listDatasets', {});
  const request = useAction('data-management', 'requestExtract', {
    onDone: ({ id }) => navigate({ to: '/data/extracts/$extractId', params: { extractId: id } }),
  });
  const purposeMissing = purpose.trim() === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (chosen.length === 0) document.getElementById('datasets')?.focus();
    else if (purposeMissing) document.getElementById('purpose')?.focus();
    else {
      request.mutate({
        body: { datasets: chosen.map((name) => ({ name })), purpose: purpose.trim() },
      });
    }
  };
  return (
    <Page
      title={t('data.requestTitle')}
      application={t('name')}
      description={t('data.requestLead')}
      back={{ to: '/data', label: t('data.back') }}
    >
      <WorkbenchHint />
      {datasets.isError ? (
        <ProblemAlert error={datasets.error} onRetry={() => void datasets.refetch()} />
      ) : null}
      <form onSubmit={submit} noValidate className="atelier-surface">
        <Stack maw={640}>
          <Checkbox.Group
            id="datasets"
            tabIndex={-1}
            label={t('data.datasets')}
            required
            value={[...chosen]}
            error={tried && chosen.length === 0 ? t('data.datasetsMissing') : undefined}
            onChange={setChosen}
          >
            <Stack gap="sm" my="xs">
              {datasets.isPending ? <Skeleton height={60} /> : null}
              {datasets.data?.items.map((one) => (
                <Checkbox
                  key={one.name}
                  value={one.name}
                  label={one.title}
                  description={`${one.description} ${t('data.rows', { rows: number(one.estimatedRows) })}`}
                />
              ))}
            </Stack>
          </Checkbox.Group>
          <Textarea
            id="purpose"
            label={t('data.purpose')}
            description={t('data.purposeText')}
            required
            maxLength={500}
            autosize
            minRows={2}
            value={purpose}
            error={tried && purposeMissing ? t('data.purposeMissing') : undefined}
            onChange={(event) => setPurpose(event.currentTarget.value.replace(/\s*\n\s*/g, ' '))}
          />
          {request.error === null ? null : <ProblemAlert error={request.error} />}
          <Group>
            <Button type="submit" loading={request.isPending}>
              {t('data.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
};
