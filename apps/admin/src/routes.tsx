import { SIGNED_OUT_PATH, SignedOutPage, StandaloneNotFoundPage } from '@atelier/web-kit';
import { createRootRoute, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { Frame } from './frame.tsx';
import { parseShown } from './provisioning/shown.ts';
import { parseTenantSearch } from './tenants/tenant-search.ts';
import { TenantsPage } from './tenants/tenants-page.tsx';

const rootRoute = createRootRoute({ notFoundComponent: StandaloneNotFoundPage });
const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'frame',
  component: Frame,
});
const startRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/tenants', replace: true });
  },
});
const tenantsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/tenants',
  validateSearch: parseTenantSearch,
  component: TenantsPage,
});
const tenantRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/tenants/$tenantId',
  component: lazyRouteComponent(() => import('./tenants/tenant-page.tsx'), 'TenantPage'),
});
const boardRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/provisioning',
  validateSearch: parseShown,
  component: lazyRouteComponent(() => import('./provisioning/board-page.tsx'), 'BoardPage'),
});
const signedOutRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: SIGNED_OUT_PATH,
  component: SignedOutPage,
});

export const routeTree = rootRoute.addChildren([
  signedOutRoute,
  frameRoute.addChildren([startRoute, tenantsRoute, tenantRoute, boardRoute]),
]);
