import type { Extract, ImportView, ScoringRun, Workbench } from '@atelier/contracts';
import {
  type Job,
  summariseSteps,
  useAnswer,
  useFormats,
  useHasRole,
  usePollMs,
  useText,
  useUser,
} from '@atelier/web-kit';
import type { TFunction } from 'i18next';
import { MODELLERS } from '../access/roles.ts';
import { useKeptScoringRun } from './kept-scoring-run.ts';
import { recentJobs } from './recent.ts';

type Text = TFunction<'crm'>;
type Count = (value: number) => string;

const importJob = (view: ImportView, t: Text, count: Count): Job[] => {
  if (view.state === 'awaiting_file' || view.state === 'awaiting_mapping') return [];
  return [
    {
      id: view.id,
      title: t('jobs.import', { name: view.fileName }),
      state: view.state,
      share: view.work === null ? null : summariseSteps(view.work.steps, Date.now()).share,
      detail: view.rows.read === 0 ? null : t('jobs.rows', { rows: count(view.rows.read) }),
      to: `/imports/${view.id}`,
      since: view.createdAt,
    },
  ];
};

const extractJob = (extract: Extract, t: Text, count: Count): Job => ({
  id: extract.id,
  title: t('jobs.extract', { datasets: extract.datasets.join(', ') }),
  state: extract.state === 'paused' ? 'running' : extract.state,
  share: null,
  detail:
    extract.waitsFor ??
    extract.cause ??
    (extract.rows === 0 ? null : t('jobs.rows', { rows: count(extract.rows) })),
  to: `/data/extracts/${extract.id}`,
  since: extract.createdAt,
});

const workbenchJob = ({ request }: Workbench, t: Text): Job[] =>
  request === null
    ? []
    : [
        {
          id: request.id,
          title: t('jobs.workbench'),
          state: request.state,
          share: summariseSteps(request.steps, Date.now()).share,
          detail: summariseSteps(request.steps, Date.now()).current?.name ?? null,
          to: '/workbench',
          since: request.createdAt,
        },
      ];

const scoringJob = (run: ScoringRun, t: Text, count: Count): Job => ({
  id: run.id,
  title: t('jobs.scoring'),
  state: run.state,
  share: run.total === 0 ? null : run.scored / run.total,
  detail: run.cause ?? t('jobs.scored', { scored: count(run.scored), total: count(run.total) }),
  to: `/models/bindings/${run.bindingId}`,
  since: run.createdAt,
});

const LATEST = { query: { limit: 10 } };

/** The tenant's long work, as the services tell it; what a role may not see is not asked for. */
export const useJobs = (): readonly Job[] => {
  const t = useText('crm');
  const { number } = useFormats();
  const user = useUser();
  const modeller = useHasRole(...MODELLERS);
  const pollMs = usePollMs();
  const kept = useKeptScoringRun(user.tenantId);
  const options = { pollMs: () => pollMs };
  const imports = useAnswer('customer-management', 'listImports', LATEST, options);
  const extracts = useAnswer('data-management', 'listExtracts', LATEST, {
    ...options,
    enabled: modeller,
  });
  const workbench = useAnswer(
    'workbench-management',
    'getWorkbench',
    {},
    {
      ...options,
      enabled: modeller,
    },
  );
  const run = useAnswer(
    'customer-management',
    'getScoringRun',
    { params: { scoringRunId: kept?.scoringRunId ?? '' } },
    { ...options, enabled: kept !== null },
  );
  return recentJobs(
    [
      ...(imports.data?.items ?? []).flatMap((view) => importJob(view, t, number)),
      ...(extracts.data?.items ?? []).map((extract) => extractJob(extract, t, number)),
      ...(workbench.data === undefined ? [] : workbenchJob(workbench.data, t)),
      ...(run.data === undefined ? [] : [scoringJob(run.data, t, number)]),
    ],
    Date.now(),
  );
};
