import {
  type Answer,
  ProblemAlert,
  Section,
  useAction,
  useAnswer,
  useText,
} from '@atelier/web-kit';
import { Button, Group, Skeleton, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';

const AsOfForm = ({ current }: { readonly current: Answer<'customer-management', 'getAsOf'> }) => {
  const t = useText('crm');
  const [asOf, setAsOf] = useState(current.asOf);
  const save = useAction('customer-management', 'setAsOf');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ body: { asOf: asOf === '' ? null : asOf } });
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="sm">
        <TextInput
          type="date"
          label={t('settings.asOfLabel')}
          description={current.isToday ? t('settings.asOfToday') : undefined}
          value={asOf}
          onChange={(event) => setAsOf(event.currentTarget.value)}
        />
        <Button type="submit" loading={save.isPending}>
          {t('settings.asOfSave')}
        </Button>
        {current.isToday ? null : (
          <Button
            variant="default"
            loading={save.isPending}
            onClick={() => save.mutate({ body: { asOf: null } })}
          >
            {t('settings.asOfReset')}
          </Button>
        )}
      </Group>
      {save.isSuccess ? (
        <Text size="sm" mt="sm" role="status">
          {t('settings.asOfSaved')}
        </Text>
      ) : null}
      {save.error === null ? null : <ProblemAlert error={save.error} />}
    </form>
  );
};

/** The day from which the tenant's history is seen. */
export const AsOfSection = () => {
  const t = useText('crm');
  const answer = useAnswer('customer-management', 'getAsOf', {});
  return (
    <Section title={t('settings.asOf')} description={t('settings.asOfText')}>
      {answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : null}
      {answer.data === undefined ? (
        <Skeleton height={60} />
      ) : (
        <AsOfForm key={answer.data.asOf} current={answer.data} />
      )}
    </Section>
  );
};
