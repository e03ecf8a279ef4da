import { ProblemAlert, Section, useAction, useAnswer, useText } from '@atelier/web-kit';
import { Button, Group, Radio, Skeleton, Stack } from '@mantine/core';
import { useState } from 'react';

/** For administrators while there is no workbench: which kind is to be made. */
export const VariantChoice = () => {
  const t = useText('crm');
  const variants = useAnswer('workbench-management', 'listVariants', {});
  const [chosen, setChosen] = useState<string | null>(null);
  const request = useAction('workbench-management', 'requestWorkbench');
  const first = variants.data?.items.find(({ unavailable }) => unavailable === null)?.name;
  const variant = chosen ?? first;
  return (
    <Section title={t('workbench.chooseTitle')} description={t('workbench.chooseText')}>
      {variants.isPending ? <Skeleton height={140} /> : null}
      {variants.isError ? (
        <ProblemAlert error={variants.error} onRetry={() => void variants.refetch()} />
      ) : null}
      <Radio.Group label={t('workbench.chooseLabel')} value={variant ?? ''} onChange={setChosen}>
        <Stack gap="md" mt="xs">
          {variants.data?.items.map((one) => (
            <Radio
              key={one.name}
              value={one.name}
              disabled={one.unavailable !== null}
              label={`${one.name} · ${t('workbench.size', { cpus: one.cpus, memory: one.memoryGb })}`}
              description={
                one.unavailable === null
                  ? one.description
                  : `${one.description} ${t('workbench.unavailable', { reason: one.unavailable })}`
              }
            />
          ))}
        </Stack>
      </Radio.Group>
      {request.error === null ? null : <ProblemAlert error={request.error} />}
      <Group>
        <Button
          loading={request.isPending}
          disabled={variant === undefined}
          onClick={() => variant !== undefined && request.mutate({ body: { variant } })}
        >
          {t('workbench.request')}
        </Button>
      </Group>
    </Section>
  );
};
