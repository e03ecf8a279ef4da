import { randomUUID } from 'node:crypto';
import type {
  GetServiceQuotaCommandInput,
  GetServiceQuotaResponse,
  RequestServiceQuotaIncreaseCommandInput,
  RequestServiceQuotaIncreaseResponse,
} from '@aws-sdk/client-service-quotas';
import type { Database } from '../../database.ts';
import { AwsError } from '../../wire/errors.ts';
import { operation, type RpcService } from '../../wire/operation.ts';
import { type Faults, throttled } from '../faults.ts';
import { requiredText } from './input.ts';

interface Quota {
  readonly code: string;
  readonly name: string;
  readonly fallback: number;
}

/** What a fresh account has, as far as the platform asks. */
const sagemakerQuotas: readonly Quota[] = [
  { code: 'L-B683BCB0', name: 'Total domains', fallback: 1 },
  { code: 'L-AC46C40F', name: 'Total user profiles', fallback: 60 },
  { code: 'L-8E5333B4', name: 'Total spaces', fallback: 100 },
];

const invalid = 'InvalidParametersException';

/** Quotas of the caller's own account. An increase is granted at once: there is nobody here to ask. */
export function createServiceQuotasService(deps: {
  readonly database: Database;
  readonly faults: Faults;
  readonly region: string;
}): RpcService {
  const quotaArn = (accountId: string, code: string): string =>
    `arn:aws:servicequotas:${deps.region}:${accountId}:sagemaker/${code}`;

  function quotaOf(input: { ServiceCode?: unknown; QuotaCode?: unknown }): Quota {
    const service = requiredText(input.ServiceCode, 'ServiceCode', invalid);
    const code = requiredText(input.QuotaCode, 'QuotaCode', invalid);
    const quota = sagemakerQuotas.find((one) => one.code === code);
    if (service === 'sagemaker' && quota) return quota;
    throw new AwsError('NoSuchResourceException', 'The specified resource does not exist.');
  }

  async function appliedValue(accountId: string, quota: Quota): Promise<number> {
    const { rows } = await deps.database.query<{ value: number }>(
      `select value from service_quotas
       where account_id = $1 and service_code = 'sagemaker' and quota_code = $2`,
      [accountId, quota.code],
    );
    return rows[0]?.value ?? quota.fallback;
  }

  const shapeOf = (accountId: string, quota: Quota) => ({
    ServiceCode: 'sagemaker',
    ServiceName: 'Amazon SageMaker',
    QuotaCode: quota.code,
    QuotaName: quota.name,
    QuotaArn: quotaArn(accountId, quota.code),
    GlobalQuota: false,
    Unit: 'None',
  });

  return {
    protocol: 'json',
    name: 'servicequotas',
    target: 'ServiceQuotasV20190624',
    operations: [
      operation<GetServiceQuotaCommandInput, GetServiceQuotaResponse>({
        name: 'GetServiceQuota',
        access: () => [{ action: 'servicequotas:GetServiceQuota', resource: '*' }],
        handle: async (input, { caller }) => {
          if (await deps.faults.strikes('throttle')) throw throttled();
          const quota = quotaOf(input);
          return {
            Quota: {
              ...shapeOf(caller.accountId, quota),
              Value: await appliedValue(caller.accountId, quota),
              Adjustable: true,
            },
          };
        },
      }),

      operation<RequestServiceQuotaIncreaseCommandInput, RequestServiceQuotaIncreaseResponse>({
        name: 'RequestServiceQuotaIncrease',
        access: () => [{ action: 'servicequotas:RequestServiceQuotaIncrease', resource: '*' }],
        handle: async (input, { caller }) => {
          if (await deps.faults.strikes('throttle')) throw throttled();
          const quota = quotaOf(input);
          const wanted: unknown = input.DesiredValue;
          const present = await appliedValue(caller.accountId, quota);
          if (typeof wanted !== 'number' || !(wanted > present) || wanted > 1e10) {
            throw new AwsError(
              'IllegalArgumentException',
              `The desired value must be greater than the present one, ${present}.`,
            );
          }
          await deps.database.query(
            `insert into service_quotas (account_id, service_code, quota_code, value)
             values ($1, 'sagemaker', $2, $3)
             on conflict (account_id, service_code, quota_code) do update set value = $3`,
            [caller.accountId, quota.code, wanted],
          );
          const at = new Date();
          return {
            RequestedQuota: {
              Id: randomUUID(),
              ...shapeOf(caller.accountId, quota),
              DesiredValue: wanted,
              Status: 'APPROVED',
              Created: at,
              LastUpdated: at,
            },
          };
        },
      }),
    ],
  };
}
