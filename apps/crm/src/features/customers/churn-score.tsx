import type { Score } from '@atelier/contracts';
import { useFormats, useNow, useText } from '@atelier/web-kit';
import { Badge, Stack, Text } from '@mantine/core';
import classes from './churn-score.module.css';
import { churnTier, TIER_COLORS } from './churn-tier.ts';

/** Probability and its tier in a word. */
export const ChurnProbability = ({
  score,
  large = false,
}: {
  readonly score: Score | null;
  readonly large?: boolean;
}) => {
  const t = useText('crm');
  const { percent } = useFormats();
  if (score === null || score.probability === null) {
    return (
      <Text size="sm" c="dimmed">
        {t('churn.none')}
      </Text>
    );
  }
  const tier = churnTier(score.probability);
  return (
    <div className={classes.probability}>
      <Text
        fw={700}
        component="span"
        className={classes.percent}
        {...(large ? { fz: '2.25rem', lh: 1 } : {})}
      >
        {percent(score.probability)}
      </Text>
      <Badge color={TIER_COLORS[tier]}>{t(`churn.tier.${tier}`)}</Badge>
    </div>
  );
};

/** Whose answer it is: a model's name and version, or the built-in's. */
export const ModelBadge = ({ score }: { readonly score: Score }) => {
  const t = useText('crm');
  return score.source === 'built-in' ? (
    <Badge color="gray">{t('churn.builtIn')}</Badge>
  ) : (
    <Badge
      variant={score.source === 'stored' ? 'outline' : 'light'}
      style={{ minWidth: 0, maxWidth: 220 }}
      title={score.model}
    >
      {t('churn.model', { model: score.model, version: score.version ?? '–' })}
    </Badge>
  );
};

/** Model badge with the time of the answer, for lists. */
export const Provenance = ({ score }: { readonly score: Score | null }) => {
  const formats = useFormats();
  const now = useNow(false);
  if (score === null) return null;
  return (
    <Stack gap={2} align="flex-start">
      <ModelBadge score={score} />
      <Text size="xs" c="dimmed" title={formats.time(score.computedAt)}>
        {formats.ago(score.computedAt, now)}
      </Text>
    </Stack>
  );
};
