import { Box, Center, Group, Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import { ThemeSwitch } from '../theme/theme-switch.tsx';
import { Brand } from './brand.tsx';
import classes from './standalone.module.css';

/** One card in the middle of the window: for pages outside the frame. */
export const Standalone = ({
  children,
  width = 520,
}: {
  readonly children: ReactNode;
  readonly width?: number;
}) => (
  <Box className={classes.page}>
    <Group component="header" justify="space-between" p="md">
      <Brand />
      <ThemeSwitch />
    </Group>
    <Center component="main" id="content" tabIndex={-1} className={classes.main}>
      <Paper p={{ base: 'lg', sm: 'xl' }} w="100%" maw={width} bg="var(--atelier-surface)">
        {children}
      </Paper>
    </Center>
  </Box>
);
