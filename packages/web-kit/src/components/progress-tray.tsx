import { Box, Group, Progress, Stack, Text } from '@mantine/core';
import { IconActivity } from '@tabler/icons-react';
import { useFormats } from '../format/use-formats.ts';
import { useNow } from '../format/use-now.ts';
import { useText } from '../messages/use-text.ts';
import { Dropdown } from './dropdown.tsx';
import { AnchorLink } from './links.tsx';
import { WorkBadge, type WorkBadgeState } from './work-badge.tsx';

export interface Job {
  readonly id: string;
  readonly title: string;
  readonly state: WorkBadgeState;
  /** From 0 to 1; null when it cannot be told. */
  readonly share: number | null;
  readonly detail: string | null;
  /** Where it is shown in full. */
  readonly to: string;
  readonly since: string;
}

const isActive = ({ state }: Job): boolean => state === 'running' || state === 'queued';

const JobRow = ({ job, onOpen }: { readonly job: Job; readonly onOpen: () => void }) => {
  const formats = useFormats();
  const now = useNow(true);
  return (
    <Box component="li">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <AnchorLink to={job.to} size="sm" fw={600} onClick={onOpen}>
          {job.title}
        </AnchorLink>
        <WorkBadge state={job.state} />
      </Group>
      {isActive(job) && job.share !== null ? (
        <Progress value={job.share * 100} size="sm" my={6} aria-label={job.title} />
      ) : null}
      <Text size="xs" c="dimmed">
        {[job.detail, formats.ago(job.since, now)].filter((part) => part !== null).join(' · ')}
      </Text>
    </Box>
  );
};

/**
 * Everything long that is under way or just ended. The jobs come from the services, not from this tab, and so survive a
 * reload.
 */
export const ProgressTray = ({ jobs }: { readonly jobs: readonly Job[] }) => {
  const t = useText('kit');
  const active = jobs.filter(isActive).length;
  return (
    <Dropdown
      label={active === 0 ? t('tray.label') : t('tray.labelActive', { count: active })}
      icon={<IconActivity size={20} aria-hidden />}
      count={active}
      width={340}
    >
      {({ opened, close }) => {
        if (!opened) return null;
        if (jobs.length === 0) {
          return (
            <Stack gap={4}>
              <Text fw={600}>{t('tray.empty')}</Text>
              <Text size="sm" c="dimmed">
                {t('tray.emptyText')}
              </Text>
            </Stack>
          );
        }
        return (
          <Stack gap="md" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {jobs.map((job) => (
              <JobRow key={job.id} job={job} onOpen={close} />
            ))}
          </Stack>
        );
      }}
    </Dropdown>
  );
};
