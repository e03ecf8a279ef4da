import type { BindingView } from '@atelier/contracts';
import {
  Facts,
  Page,
  ProblemAlert,
  Section,
  useAnswer,
  useFormats,
  useHasRole,
  usePollMs,
  useText,
} from '@atelier/web-kit';
import { Skeleton } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { MODELLERS } from '../../access/roles.ts';
import { PersonName } from '../../people/person-name.tsx';
import { ActivateButton } from './activate-button.tsx';
import { BindingStateBadge, isBeingChecked } from './binding-state-badge.tsx';
import { CheckSection } from './check-section.tsx';
import { RetireButton } from './retire-button.tsx';
import { ScoringSection } from './scoring-section.tsx';

const Actions = ({ binding }: { readonly binding: BindingView }) => {
  const modeller = useHasRole(...MODELLERS);
  if (!modeller) return null;
  if (binding.state === 'checked') return <ActivateButton binding={binding} />;
  return binding.state === 'active' ? <RetireButton binding={binding} /> : null;
};

const BindingFacts = ({ binding }: { readonly binding: BindingView }) => {
  const t = useText('crm');
  const formats = useFormats();
  return (
    <Section title={t('models.facts')}>
      <Facts
        facts={[
          { term: t('models.state'), value: <BindingStateBadge state={binding.state} /> },
          { term: t('models.slot'), value: binding.slot },
          { term: t('models.created'), value: formats.time(binding.createdAt) },
          { term: t('models.changed'), value: formats.time(binding.changedAt) },
          { term: t('models.changedBy'), value: <PersonName actor={binding.changedBy} /> },
          { term: t('models.reason'), value: binding.reason },
        ]}
      />
    </Section>
  );
};

export const BindingPage = () => {
  const t = useText('crm');
  const { bindingId = '' } = useParams({ strict: false });
  const pollMs = usePollMs();
  const answer = useAnswer(
    'customer-management',
    'getBinding',
    { params: { bindingId } },
    { pollMs: (binding) => (binding !== undefined && isBeingChecked(binding) ? pollMs : false) },
  );
  const binding = answer.data;
  return (
    <Page
      title={
        binding === undefined
          ? t('models.endpoint')
          : t('models.bindingTitle', {
              endpoint: binding.endpointName,
              version: binding.version,
            })
      }
      application={t('name')}
      back={{
        to: binding === undefined ? '/models' : `/models/${binding.slot}`,
        label: binding?.slot ?? t('models.back'),
      }}
      actions={binding === undefined ? undefined : <Actions binding={binding} />}
    >
      {answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : null}
      {answer.isPending ? <Skeleton height={240} /> : null}
      {binding === undefined ? null : (
        <>
          <ScoringSection binding={binding} />
          <CheckSection binding={binding} />
          <BindingFacts binding={binding} />
        </>
      )}
    </Page>
  );
};
