import type { BindingView } from '@atelier/contracts';
import { CodeBlock, Section, useFormats, useText } from '@atelier/web-kit';
import { Badge, Box, Group, Loader, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { isBeingChecked } from './binding-state-badge.tsx';

type Result = NonNullable<BindingView['check']>['results'][number];

/** A traceback is read as it was written; a sentence as a sentence. */
const isLong = (detail: string): boolean => detail.includes('\n') || detail.length > 200;

const ResultRow = ({ result }: { readonly result: Result }) => {
  const t = useText('crm');
  const Icon = result.passed ? IconCircleCheck : IconCircleX;
  const color = result.passed ? 'var(--mantine-color-green-text)' : 'var(--mantine-color-red-text)';
  const name = t(`models.checks.${result.check}`);
  return (
    <Group component="li" align="flex-start" gap="sm" wrap="nowrap">
      <Icon size={22} color={color} aria-hidden style={{ flexShrink: 0 }} />
      <Box style={{ minWidth: 0, flex: 1 }}>
        <Group gap="xs">
          <Text fw={600}>{name}</Text>
          <Badge color={result.passed ? 'green' : 'red'}>
            {t(result.passed ? 'models.checkPassed' : 'models.checkFailed')}
          </Badge>
        </Group>
        {isLong(result.detail) ? (
          <CodeBlock code={result.detail} label={name} />
        ) : (
          <Text size="sm" c="dimmed">
            {result.detail}
          </Text>
        )}
      </Box>
    </Group>
  );
};

/** What the contract check saw, test by test; on failure the offending row or the model's own traceback. */
export const CheckSection = ({ binding }: { readonly binding: BindingView }) => {
  const t = useText('crm');
  const formats = useFormats();
  const { check } = binding;
  return (
    <Section title={t('models.check')}>
      {isBeingChecked(binding) ? (
        <Group gap="sm" role="status">
          <Loader size="sm" aria-hidden />
          <Text>{t(check === null ? 'models.checkNone' : 'models.checkRunning')}</Text>
        </Group>
      ) : null}
      {check === null ? null : (
        <Stack component="ul" gap="md" p={0} m={0} style={{ listStyle: 'none' }}>
          {check.results.map((result) => (
            <ResultRow key={result.check} result={result} />
          ))}
        </Stack>
      )}
      {check === null || check.latencyMs === null ? null : (
        <Text size="sm" c="dimmed">
          {t('models.checkLatency', {
            p50: formats.duration(check.latencyMs.p50),
            p95: formats.duration(check.latencyMs.p95),
            p99: formats.duration(check.latencyMs.p99),
          })}
        </Text>
      )}
    </Section>
  );
};
