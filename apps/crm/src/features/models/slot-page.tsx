import { Page, ProblemAlert, Section, useAnswer, useHasRole, useText } from '@atelier/web-kit';
import { Skeleton, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { MODELLERS } from '../../access/roles.ts';
import { ActiveModel } from './active-model.tsx';
import { BindingsSection } from './bindings-section.tsx';
import { ContractSection } from './contract-section.tsx';
import { RegisterSection } from './register-section.tsx';
import { SamplesSection } from './samples-section.tsx';

export const SlotPage = () => {
  const t = useText('crm');
  const { slot = '', contract = '' } = useParams({ strict: false });
  const modeller = useHasRole(...MODELLERS);
  const params = { slot, contract: Number(contract) };
  const answer = useAnswer('customer-management', 'getSlot', { params });
  const view = answer.data;
  return (
    <Page
      title={view?.title ?? `${slot}/${contract}`}
      application={t('name')}
      description={view?.question}
      back={{ to: '/models', label: t('models.back') }}
    >
      {answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : null}
      {answer.isPending ? <Skeleton height={320} /> : null}
      {view === undefined ? null : (
        <>
          <ActiveModel slot={view} />
          {modeller ? (
            <RegisterSection params={params} />
          ) : (
            <Text size="sm" c="dimmed">
              {t('models.readOnly')}
            </Text>
          )}
          <BindingsSection params={params} />
          <ContractSection slot={view} />
          <SamplesSection slot={view} />
          <Section title={t('models.builtInTitle')}>
            <Text maw={720} style={{ whiteSpace: 'pre-line' }}>
              {view.builtIn.explanation}
            </Text>
          </Section>
        </>
      )}
    </Page>
  );
};
