import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { problemOf } from './problem-of.ts';

const configuration = z.object({
  addresses: z.object({
    landing: z.string(),
    crm: z.string(),
    admin: z.string(),
    identity: z.string().nullish(),
    /** Where caught mail can be read; absent where mail is really sent. */
    mail: z.string().nullish(),
  }),
});
export type Addresses = z.infer<typeof configuration>['addresses'];

/** Where the other applications of this deployment are; undefined until known. */
export const useAddresses = (): Addresses | undefined =>
  useQuery({
    queryKey: ['configuration'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const response = await fetch('/auth/configuration');
      if (!response.ok) throw await problemOf(response);
      return configuration.parse(await response.json()).addresses;
    },
  }).data;
