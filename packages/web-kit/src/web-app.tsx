import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { type AnyRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import type { ResourceLanguage } from 'i18next';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { createQueryClient } from './api/query-client.ts';
import { createCatalogue } from './messages/catalogue.ts';
import { CrashedPage, NotFoundPage, PendingPage } from './shell/route-states.tsx';
import { cssVariables, theme } from './theme/theme.ts';

/** Starts an application in `#root`: theme, messages, cache and routes. */
export const startWebApp = (deps: {
  readonly routeTree: AnyRoute;
  readonly messages: ResourceLanguage;
}): void => {
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no #root');
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
      <I18nextProvider i18n={createCatalogue(deps.messages)}>
        <QueryClientProvider client={createQueryClient()}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </I18nextProvider>
    </MantineProvider>,
  );
};
