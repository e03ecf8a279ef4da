import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** Why nothing is here, and the one thing to do about it. */
export const EmptyState = ({
  icon: Icon,
  title,
  children,
  action,
  order = 2,
}: {
  readonly icon: Icon;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly order?: 1 | 2 | 3;
}) => (
  <Stack align="center" gap="sm" py="xl" px="md" ta="center">
    <ThemeIcon variant="light" size={56} radius="xl">
      <Icon size={28} stroke={1.6} aria-hidden />
    </ThemeIcon>
    <Title order={order} size="h3">
      {title}
    </Title>
    {children === undefined ? null : (
      <Text c="dimmed" maw={460} component="div">
        {children}
      </Text>
    )}
    {action}
  </Stack>
);
