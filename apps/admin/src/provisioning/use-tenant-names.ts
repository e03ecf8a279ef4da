import { answerKey, callOperation } from '@atelier/web-kit';
import { useQueries } from '@tanstack/react-query';

/** Names of tenants by id: workbenches are told by id alone. One question each, kept for the session. */
export const useTenantNames = (tenantIds: readonly string[]): ReadonlyMap<string, string> => {
  const answers = useQueries({
    queries: tenantIds.map((tenantId) => {
      const call = { params: { tenantId } };
      return {
        queryKey: answerKey('tenant-management', 'getTenantAsOperator', call),
        queryFn: () => callOperation('tenant-management', 'getTenantAsOperator', call),
        staleTime: 300_000,
      };
    }),
  });
  return new Map(
    answers.flatMap(({ data }): [string, string][] =>
      data === undefined ? [] : [[data.id, data.name]],
    ),
  );
};
