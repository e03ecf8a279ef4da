import { type Problem, ProblemError } from '@atelier/contracts';
import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { useText } from '../messages/use-text.ts';
import { Notice } from './notice.tsx';
import classes from './problem-alert.module.css';

type Remedy = Problem['code'] | 'offline' | 'unexpected';

const describe = (error: Error): { readonly problem: Problem | null; readonly remedy: Remedy } => {
  if (error instanceof ProblemError) {
    return { problem: error.problem, remedy: error.problem.code };
  }
  return { problem: null, remedy: error instanceof TypeError ? 'offline' : 'unexpected' };
};

/** What went wrong, what to do about it, how to find it in the log, and another try. */
export const ProblemAlert = ({
  error,
  onRetry,
  title,
}: {
  readonly error: Error;
  readonly onRetry?: (() => void) | undefined;
  readonly title?: string | undefined;
}) => {
  const t = useText('kit');
  const { problem, remedy } = describe(error);
  const cause =
    problem?.detail ??
    (remedy === 'offline'
      ? t('problem.offline')
      : remedy === 'unexpected'
        ? t('problem.unexpected')
        : null);
  return (
    <Notice
      role="alert"
      color="red"
      icon={IconAlertTriangle}
      title={title ?? problem?.title ?? t('problem.title')}
    >
      <Stack gap="xs" align="flex-start">
        {cause === null ? null : <Text size="sm">{cause}</Text>}
        {problem?.errors === undefined || problem.errors.length === 0 ? null : (
          <ul className={classes.fields}>
            {problem.errors.map(({ pointer, message }) => (
              <li key={`${pointer} ${message}`}>
                {pointer === '' ? message : `${fieldOf(pointer)}: ${message}`}
              </li>
            ))}
          </ul>
        )}
        <Text size="sm">{t(`problem.remedy.${remedy}`)}</Text>
        <Group gap="md">
          {onRetry === undefined ? null : (
            <Button
              size="xs"
              color="red"
              variant="outline"
              leftSection={<IconRefresh size={14} aria-hidden />}
              onClick={onRetry}
            >
              {t('problem.retry')}
            </Button>
          )}
          {problem === null || problem.requestId === '' ? null : (
            <Text size="xs" component="span">
              {t('problem.requestId')} <Code>{problem.requestId}</Code>
            </Text>
          )}
        </Group>
      </Stack>
    </Notice>
  );
};

/** `/body/email` is `email` to a person. */
const fieldOf = (pointer: string): string =>
  pointer
    .split('/')
    .filter((part) => part !== '' && part !== 'body' && part !== 'query' && part !== 'params')
    .join(' ') || pointer;
