import { SERVICES, type ServiceName } from '@atelier/contracts';
import { BusinessError, type PeerAddresses } from '@atelier/service-kit';
import { z } from 'zod';
import { publicOperations } from './api-routes.ts';

const document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** `/customers/:customerId` as OpenAPI writes it. */
const openApiPath = (path: string): string => path.replace(/:([A-Za-z]+)/g, '{$1}');

/**
 * A service's OpenAPI document as the outside may see it: only what has a route here, at its address here, with the
 * credentials that are taken here.
 */
export const createDocuments = ({ serviceAddresses }: { serviceAddresses: PeerAddresses }) => ({
  services: SERVICES,
  read: async (service: ServiceName): Promise<unknown> => {
    const told = await fetch(`${serviceAddresses[service]}/openapi.json`)
      .then(async (response) => document.parse(await response.json()))
      .catch((cause: unknown) => {
        throw new BusinessError('unavailable', 'The service does not answer.', { cause });
      });
    const paths: Record<string, Record<string, unknown>> = {};
    for (const operation of publicOperations(service)) {
      const path = openApiPath(operation.path);
      const method = operation.method.toLowerCase();
      const described = told.paths[path]?.[method];
      if (described === undefined) continue;
      paths[path] = {
        ...paths[path],
        [method]: {
          ...(described as object),
          security: operation.auth.kind === 'public' ? [] : [{ bearer: [] }],
        },
      };
    }
    return {
      ...told,
      paths,
      servers: [{ url: `/api/${service}` }],
      components: {
        ...(told.components as object | undefined),
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key (`atk_…`) or an access token of the identity provider.',
          },
        },
      },
    };
  },
});
export type Documents = ReturnType<typeof createDocuments>;
