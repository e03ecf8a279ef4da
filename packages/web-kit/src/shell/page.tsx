import { Box, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { AnchorLink } from '../components/links.tsx';

/** Set on a page's heading so that the reader's focus can be put there after a change of route. */
const HEADING = 'data-page-heading';
let firstPage = true;

/**
 * One page: its title in the tab and as the heading. After a change of route focus goes to the heading, so that screen
 * readers say where one is and the keyboard starts there.
 */
export const Page = ({
  title,
  description,
  actions,
  back,
  application,
  children,
}: {
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly back?: { readonly to: string; readonly label: string };
  readonly application?: string;
  readonly children: ReactNode;
}) => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${application ?? 'Atelier'}`;
  }, [title, application]);
  useEffect(() => {
    if (!firstPage) heading.current?.focus({ preventScroll: true });
    firstPage = false;
  }, []);
  return (
    <Stack gap="lg">
      <Box>
        {back === undefined ? null : (
          <AnchorLink to={back.to} size="sm" mb={6} display="inline-block">
            ← {back.label}
          </AnchorLink>
        )}
        <Group justify="space-between" align="flex-start" gap="md">
          <Box maw={720}>
            <Title order={1} ref={heading} tabIndex={-1} {...{ [HEADING]: true }}>
              {title}
            </Title>
            {description === undefined ? null : (
              <Text c="dimmed" mt={4} component="div">
                {description}
              </Text>
            )}
          </Box>
          {actions === undefined ? null : <Group gap="sm">{actions}</Group>}
        </Group>
      </Box>
      {children}
    </Stack>
  );
};

/** A part of a page with a heading of its own. */
export const Section = ({
  title,
  description,
  actions,
  children,
}: {
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) => (
  <Box component="section" aria-label={title} className="atelier-surface">
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box>
          <Title order={2}>{title}</Title>
          {description === undefined ? null : (
            <Text size="sm" c="dimmed" mt={2} component="div" maw={720}>
              {description}
            </Text>
          )}
        </Box>
        {actions === undefined ? null : <Group gap="sm">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  </Box>
);
