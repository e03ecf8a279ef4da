import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { type AnyRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import type { ResourceLanguage } from 'i18next';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { addMessages } from './messages/catalogue.ts';
import { CrashedPage, NotFoundPage, PendingPage } from './shell/route-states.tsx';
import { cssVariables, theme } from './theme/theme.ts';

/** Starts an application in `#root`: theme, messages, cache and routes. */
export const startWebApp = (deps: {
  readonly routeTree: AnyRoute;
  readonly messages: Readonly<Record<string, ResourceLanguage>>;
}): void => {
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no #root');
  for (const [namespace, texts] of Object.entries(deps.messages)) addMessages(namespace, texts);
  const router = createRouter({
    routeTree: deps.routeTree,
    defaultPreload: 'intent',
    defaultNotFoundComponent: NotFoundPage,
    defaultErrorComponent: CrashedPage,
    defaultPendingComponent: PendingPage,
    scrollRestoration: true,
  });
  createRoot(root).render(
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
};
