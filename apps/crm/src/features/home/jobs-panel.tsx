import { AnchorLink, useFormats, useNow, useText, WorkBadge } from '@atelier/web-kit';
import { Box, Group, Progress, Stack, Text } from '@mantine/core';
import { useJobs } from '../../jobs/use-jobs.ts';

export const JobsPanel = () => {
  const t = useText('crm');
  const formats = useFormats();
  const jobs = useJobs();
  const now = useNow(jobs.length > 0);
  if (jobs.length === 0) return <Text c="dimmed">{t('home.noJobs')}</Text>;
  return (
    <Stack component="ul" gap="md" p={0} m={0} style={{ listStyle: 'none' }}>
      {jobs.map((job) => (
        <Box component="li" key={job.id}>
          <Group justify="space-between" gap="xs">
            <AnchorLink to={job.to} fw={600}>
              {job.title}
            </AnchorLink>
            <Group gap="sm">
              <Text size="sm" c="dimmed">
                {[job.detail, formats.ago(job.since, now)]
                  .filter((part) => part !== null)
                  .join(' · ')}
              </Text>
              <WorkBadge state={job.state} />
            </Group>
          </Group>
          {job.share === null || job.state !== 'running' ? null : (
            <Progress value={job.share * 100} size="sm" mt={6} aria-label={job.title} />
          )}
        </Box>
      ))}
    </Stack>
  );
};
