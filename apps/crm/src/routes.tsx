import type { TenantRole } from '@atelier/contracts';
import {
  parseListSearch,
  SIGNED_OUT_PATH,
  SignedOutPage,
  StandaloneNotFoundPage,
} from '@atelier/web-kit';
import { createRootRoute, createRoute, Outlet, redirect } from '@tanstack/react-router';
import { RoleGate } from './access/role-gate.tsx';
import { ADMINISTRATORS, MODELLERS } from './access/roles.ts';
import { CUSTOMER_SORTS } from './features/customers/customer-sorts.ts';
import { HomePage } from './features/home/home-page.tsx';
import { Frame } from './frame.tsx';
import { lazyPage } from './lazy-page.ts';

const rootRoute = createRootRoute({ notFoundComponent: StandaloneNotFoundPage });

const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'frame',
  component: Frame,
});

const gate = (roles: readonly TenantRole[]) => () => (
  <RoleGate roles={roles}>
    <Outlet />
  </RoleGate>
);
const modellersRoute = createRoute({
  getParentRoute: () => frameRoute,
  id: 'modellers',
  component: gate(MODELLERS),
});

const paged = (search: Record<string, unknown>) => parseListSearch(search, []);
const text = <Name extends string>(name: Name) => {
  return (search: Record<string, unknown>): { readonly [K in Name]?: string } => {
    const value = search[name];
    return typeof value === 'string' && value !== ''
      ? ({ [name]: value } as { readonly [K in Name]: string })
      : {};
  };
};

const homeRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  component: HomePage,
});
const customersRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/customers',
  validateSearch: (search) => parseListSearch(search, CUSTOMER_SORTS),
  component: lazyPage([], () => import('./features/customers/customers-page.tsx'), 'CustomersPage'),
});
const customerRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/customers/$customerId',
  validateSearch: paged,
  component: lazyPage([], () => import('./features/customers/customer-page.tsx'), 'CustomerPage'),
});
const importsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/imports',
  validateSearch: paged,
  component: lazyPage(
    ['imports'],
    () => import('./features/imports/imports-page.tsx'),
    'ImportsPage',
  ),
});
const newImportRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/imports/new',
  component: lazyPage(
    ['imports'],
    () => import('./features/imports/new-import-page.tsx'),
    'NewImportPage',
  ),
});
const importRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/imports/$importId',
  component: lazyPage(
    ['imports'],
    () => import('./features/imports/import-page.tsx'),
    'ImportPage',
  ),
});
const catalogueRoute = createRoute({
  getParentRoute: () => modellersRoute,
  path: '/data',
  component: lazyPage(
    ['data'],
    () => import('./features/data/catalogue-page.tsx'),
    'CataloguePage',
  ),
});
const datasetRoute = createRoute({
  getParentRoute: () => modellersRoute,
  path: '/data/datasets/$dataset',
  component: lazyPage(['data'], () => import('./features/data/dataset-page.tsx'), 'DatasetPage'),
});
const requestRoute = createRoute({
  getParentRoute: () => modellersRoute,
  path: '/data/request',
  validateSearch: text('dataset'),
  component: lazyPage(['data'], () => import('./features/data/request-page.tsx'), 'RequestPage'),
});
const extractsRoute = createRoute({
  getParentRoute: () => modellersRoute,
  path: '/data/extracts',
  validateSearch: paged,
  component: lazyPage(['data'], () => import('./features/data/extracts-page.tsx'), 'ExtractsPage'),
});
const extractRoute = createRoute({
  getParentRoute: () => modellersRoute,
  path: '/data/extracts/$extractId',
  component: lazyPage(
    ['data', 'workbench'],
    () => import('./features/data/extract-page.tsx'),
    'ExtractPage',
  ),
});
const workbenchRoute = createRoute({
  getParentRoute: () => modellersRoute,
  path: '/workbench',
  component: lazyPage(
    ['workbench'],
    () => import('./features/workbench/workbench-page.tsx'),
    'WorkbenchPage',
  ),
});
const launchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/workbench/launch',
  component: lazyPage(
    ['workbench'],
    () => import('./features/workbench/launch-page.tsx'),
    'LaunchPage',
  ),
});
const modelsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/models',
  component: lazyPage(['models'], () => import('./features/models/models-page.tsx'), 'ModelsPage'),
});
const slotRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/models/$slot/$contract',
  validateSearch: text('endpoint'),
  component: lazyPage(['models'], () => import('./features/models/slot-page.tsx'), 'SlotPage'),
});
const bindingRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/models/bindings/$bindingId',
  component: lazyPage(
    ['models'],
    () => import('./features/models/binding-page.tsx'),
    'BindingPage',
  ),
});
const settingsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/settings',
  component: lazyPage(
    ['settings'],
    () => import('./features/settings/settings-frame.tsx'),
    'SettingsFrame',
  ),
});
const settingsStartRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/company', replace: true });
  },
});
const companyRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/company',
  component: lazyPage(
    ['settings'],
    () => import('./features/settings/company-page.tsx'),
    'CompanyPage',
  ),
});
const administratorsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  id: 'administrators',
  component: gate(ADMINISTRATORS),
});
const usersRoute = createRoute({
  getParentRoute: () => administratorsRoute,
  path: '/users',
  validateSearch: paged,
  component: lazyPage(
    ['settings'],
    () => import('./features/settings/users-page.tsx'),
    'UsersPage',
  ),
});
const invitationsRoute = createRoute({
  getParentRoute: () => administratorsRoute,
  path: '/invitations',
  validateSearch: paged,
  component: lazyPage(
    ['settings'],
    () => import('./features/settings/invitations-page.tsx'),
    'InvitationsPage',
  ),
});
const apiKeysRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/api-keys',
  component: lazyPage(
    ['settings'],
    () => import('./features/settings/api-keys-page.tsx'),
    'ApiKeysPage',
  ),
});
const signedOutRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: SIGNED_OUT_PATH,
  component: SignedOutPage,
});

export const routeTree = rootRoute.addChildren([
  signedOutRoute,
  launchRoute,
  frameRoute.addChildren([
    homeRoute,
    customersRoute,
    customerRoute,
    importsRoute,
    newImportRoute,
    importRoute,
    modelsRoute,
    slotRoute,
    bindingRoute,
    modellersRoute.addChildren([
      catalogueRoute,
      datasetRoute,
      requestRoute,
      extractsRoute,
      extractRoute,
      workbenchRoute,
    ]),
    settingsRoute.addChildren([
      settingsStartRoute,
      companyRoute,
      administratorsRoute.addChildren([usersRoute, invitationsRoute]),
      apiKeysRoute,
    ]),
  ]),
]);
