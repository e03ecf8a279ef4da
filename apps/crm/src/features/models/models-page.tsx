import { ButtonLink, Page, ProblemAlert, useAnswer, useText } from '@atelier/web-kit';
import { Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { ActiveModel } from './active-model.tsx';

export const ModelsPage = () => {
  const t = useText('crm');
  const slots = useAnswer('customer-management', 'listSlots', {});
  return (
    <Page title={t('models.title')} application={t('name')} description={t('models.lead')}>
      {slots.isError ? (
        <ProblemAlert error={slots.error} onRetry={() => void slots.refetch()} />
      ) : null}
      {slots.isPending ? <Skeleton height={160} /> : null}
      {slots.data?.items.map((slot) => (
        <Stack key={slot.slot} className="atelier-surface" gap="sm">
          <Group justify="space-between" align="flex-start">
            <div>
              <Title order={2}>{slot.title}</Title>
              <Text size="sm" c="dimmed" ff="monospace">
                {slot.slot}
              </Text>
            </div>
            <ButtonLink to={`/models/${slot.slot}`} variant="default">
              {t('models.open')}
            </ButtonLink>
          </Group>
          <Text maw={720}>{slot.question}</Text>
          <ActiveModel slot={slot} />
        </Stack>
      ))}
    </Page>
  );
};
