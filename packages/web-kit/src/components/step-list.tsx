import type { Step, Work } from '@atelier/contracts';
import { Box, Group, Progress, Stack, Text, ThemeIcon, VisuallyHidden } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCheck,
  IconCircleDashed,
  IconClock,
  IconLoader2,
  IconX,
} from '@tabler/icons-react';
import { useFormats } from '../format/use-formats.ts';
import { useNow } from '../format/use-now.ts';
import { useText } from '../messages/use-text.ts';
import { elapsedMs, shareOf, summariseSteps } from './describe-steps.ts';
import { Notice } from './notice.tsx';
import { sentence } from './sentence.ts';
import classes from './step-list.module.css';

const LOOKS = {
  pending: { color: 'gray', Icon: IconCircleDashed },
  running: { color: 'ink', Icon: IconLoader2 },
  waiting: { color: 'amber', Icon: IconClock },
  succeeded: { color: 'green', Icon: IconCheck },
  failed: { color: 'red', Icon: IconAlertTriangle },
  cancelled: { color: 'gray', Icon: IconX },
} as const;

const StepRow = ({ step, now }: { readonly step: Step; readonly now: number }) => {
  const t = useText('kit');
  const formats = useFormats();
  const { color, Icon } = LOOKS[step.state];
  const elapsed = elapsedMs(step, now);
  const active = step.state === 'running' || step.state === 'waiting';
  const time =
    step.state === 'pending'
      ? t('steps.expected', { duration: formats.duration(step.expectedMs) })
      : active
        ? t('steps.running', {
            elapsed: formats.duration(Math.floor((elapsed ?? 0) / 1000) * 1000),
            expected: formats.duration(step.expectedMs),
          })
        : elapsed === null
          ? null
          : t('steps.took', { duration: formats.duration(elapsed) });
  return (
    <Box component="li" className={classes.step} aria-current={active ? 'step' : undefined}>
      <ThemeIcon
        variant={step.state === 'pending' ? 'default' : 'light'}
        color={color}
        radius="xl"
        size={30}
        className={classes.icon}
      >
        <Icon
          size={17}
          aria-hidden
          className={step.state === 'running' ? classes.turning : undefined}
        />
      </ThemeIcon>
      <Stack gap={6} className={classes.body}>
        <Group justify="space-between" gap="xs" wrap="wrap">
          <Text fw={active || step.state === 'failed' ? 650 : 500}>
            {sentence(step.name)}
            <VisuallyHidden>{`, ${t(`steps.state.${step.state}`)}`}</VisuallyHidden>
          </Text>
          {time === null ? null : (
            <Text size="sm" c="dimmed" className={classes.time}>
              {time}
            </Text>
          )}
        </Group>
        {active ? (
          <Progress
            value={shareOf(step, now) * 100}
            size="sm"
            color={color}
            aria-label={sentence(step.name)}
          />
        ) : null}
        {step.cause === null ? null : step.state === 'failed' ? (
          <Notice color="red" title={step.cause}>
            {step.remedy}
          </Notice>
        ) : (
          <Text size="sm" c="dimmed">
            {step.cause}
            {step.remedy === null ? null : ` ${step.remedy}`}
          </Text>
        )}
      </Stack>
    </Box>
  );
};

const isUnderWay = ({ state }: Work): boolean => state === 'queued' || state === 'running';

/** Long work, step by step: what it took, how long it usually takes, why it stands and what to do. */
export const StepList = ({ work, label }: { readonly work: Work; readonly label: string }) => {
  const t = useText('kit');
  const formats = useFormats();
  const now = useNow(isUnderWay(work));
  const { done, total, current, share, remainingMs } = summariseSteps(work.steps, now);
  return (
    <Stack gap="md">
      <Stack gap={6}>
        <Group justify="space-between" gap="xs">
          <Text size="sm" fw={600}>
            {work.position === null
              ? t('steps.progress', { done, total })
              : t('steps.position', { position: work.position })}
          </Text>
          {isUnderWay(work) && remainingMs >= 1000 ? (
            <Text size="sm" c="dimmed">
              {t('steps.remaining', {
                duration: formats.duration(Math.ceil(remainingMs / 1000) * 1000),
              })}
            </Text>
          ) : null}
        </Group>
        <Progress
          value={(work.state === 'succeeded' ? 1 : share) * 100}
          color={work.state === 'failed' ? 'red' : work.state === 'succeeded' ? 'green' : 'ink'}
          size="md"
          aria-label={label}
        />
        <VisuallyHidden aria-live="polite">
          {current === null ? t(`work.${work.state}`) : t('steps.now', { step: current.name })}
        </VisuallyHidden>
      </Stack>
      <ol className={classes.list} aria-label={label}>
        {work.steps.map((step) => (
          <StepRow key={step.name} step={step} now={now} />
        ))}
      </ol>
    </Stack>
  );
};
