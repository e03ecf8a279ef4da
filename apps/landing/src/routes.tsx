import { NotFoundPage } from '@atelier/web-kit';
import { createRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { Frame } from './frame.tsx';
import { HomePage } from './pages/home-page.tsx';

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFoundPage });

const tokenOf = (search: Record<string, unknown>): { token?: string } =>
  typeof search.token === 'string' && search.token !== '' ? { token: search.token } : {};

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: HomePage,
});
const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-up',
  component: lazyRouteComponent(() => import('./pages/sign-up-page.tsx'), 'SignUpPage'),
});
const checkMailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/check-your-mail',
  component: lazyRouteComponent(() => import('./pages/check-mail-page.tsx'), 'CheckMailPage'),
});
const verifyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/verify',
  validateSearch: tokenOf,
  component: lazyRouteComponent(() => import('./pages/verify-page.tsx'), 'VerifyPage'),
});
const provisioningRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/provisioning/$registrationId',
  component: lazyRouteComponent(() => import('./pages/provisioning-page.tsx'), 'ProvisioningPage'),
});
const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  validateSearch: tokenOf,
  component: lazyRouteComponent(() => import('./pages/invitation-page.tsx'), 'InvitationPage'),
});
const findRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/find-my-workspace',
  component: lazyRouteComponent(() => import('./pages/find-page.tsx'), 'FindPage'),
});

export const routeTree = rootRoute.addChildren([
  homeRoute,
  signUpRoute,
  checkMailRoute,
  verifyRoute,
  provisioningRoute,
  invitationRoute,
  findRoute,
]);
