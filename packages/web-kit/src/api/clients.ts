import {
  type Client,
  type ClientOptions,
  createClient,
  type Operation,
  operationsByService,
  type ServiceName,
} from '@atelier/contracts';

export type Operations = typeof operationsByService;
export type Clients = { readonly [Service in ServiceName]: Client<Operations[Service]> };

/** Front-door refuses unsafe requests without it: a foreign page cannot set it. */
export const REQUEST_HEADER = { 'atelier-request': '1' } as const;

const clientOf = <Service extends Readonly<Record<string, Operation>>>(
  operations: Service,
  options: ClientOptions,
): Client<Service> => createClient(operations, options);

/** A typed client of every service, reached through the front-door that served this page. */
export const createClients = (deps: { readonly fetch?: typeof fetch } = {}): Clients => {
  const optionsOf = (service: ServiceName): ClientOptions => ({
    baseUrl: `/api/${service}`,
    headers: () => REQUEST_HEADER,
    fetch: deps.fetch ?? ((...given) => fetch(...given)),
  });
  return {
    registration: clientOf(operationsByService.registration, optionsOf('registration')),
    'tenant-management': clientOf(
      operationsByService['tenant-management'],
      optionsOf('tenant-management'),
    ),
    'user-management': clientOf(
      operationsByService['user-management'],
      optionsOf('user-management'),
    ),
    'customer-management': clientOf(
      operationsByService['customer-management'],
      optionsOf('customer-management'),
    ),
    'workbench-management': clientOf(
      operationsByService['workbench-management'],
      optionsOf('workbench-management'),
    ),
    'data-management': clientOf(
      operationsByService['data-management'],
      optionsOf('data-management'),
    ),
  };
};

export const clients = createClients();
