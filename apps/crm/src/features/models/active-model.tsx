import type { SlotView } from '@atelier/contracts';
import { useFormats, useText } from '@atelier/web-kit';
import { Badge, Group, Text } from '@mantine/core';

/** Which model answers in a slot now. */
export const ActiveModel = ({ slot }: { readonly slot: SlotView }) => {
  const t = useText('crm');
  const formats = useFormats();
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        {t('models.inUse')}
      </Text>
      {slot.active === null ? (
        <Badge color="gray">{t('models.builtIn', { name: slot.builtIn.name })}</Badge>
      ) : (
        <>
          <Badge color="green">
            {t('churn.model', { model: slot.active.endpointName, version: slot.active.version })}
          </Badge>
          <Text size="sm" c="dimmed">
            {t('models.since', { time: formats.time(slot.active.changedAt) })}
          </Text>
        </>
      )}
    </Group>
  );
};
