/** What one account may have at once; over it a creation is refused, naming the limit. */
export interface Quotas {
  readonly trainingJobs: number;
  readonly endpoints: number;
  readonly models: number;
  readonly endpointConfigs: number;
}

export const defaultQuotas: Quotas = {
  trainingJobs: 4,
  endpoints: 4,
  models: 1000,
  endpointConfigs: 1000,
};
