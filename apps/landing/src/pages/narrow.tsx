import { Container, Paper } from '@mantine/core';
import type { ReactNode } from 'react';

/** A page that asks for or says one thing. */
export const Narrow = ({ children }: { readonly children: ReactNode }) => (
  <Container size={620} py={{ base: 'lg', sm: 56 }}>
    <Paper p={{ base: 'lg', sm: 'xl' }} bg="var(--atelier-surface)">
      {children}
    </Paper>
  </Container>
);
