import type { Work } from '@atelier/contracts';
import { sentence, summariseSteps, useText } from '@atelier/web-kit';
import { Text } from '@mantine/core';

/** The step that some work is at. */
export const CurrentStep = ({ work }: { readonly work: Work | null }) => {
  const t = useText('admin');
  const current = work === null ? null : summariseSteps(work.steps, Date.now()).current;
  return current === null ? (
    <Text span size="sm" c="dimmed">
      {t('board.none')}
    </Text>
  ) : (
    sentence(current.name)
  );
};

/** Why it stands, and what to do. */
export const CauseAndRemedy = ({ work }: { readonly work: Work | null }) => {
  const current = work === null ? null : summariseSteps(work.steps, Date.now()).current;
  if (current === null || current.cause === null) return '–';
  return (
    <>
      <Text size="sm">{current.cause}</Text>
      <Text size="xs" c="dimmed">
        {current.remedy}
      </Text>
    </>
  );
};

export const isUnderWay = (work: Work | null): boolean =>
  work !== null && (work.state === 'queued' || work.state === 'running');
