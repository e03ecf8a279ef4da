import type { CloudEvent } from '@atelier/cloud/ports';
import { findUnit } from '../organization.ts';
import type { FactoryRecord } from './record-store.ts';

/** Control Tower's lifecycle event, in its exact shape: it knows neither the e-mail address nor our record. */
export function lifecycleEvent(options: {
  readonly record: FactoryRecord;
  readonly managementAccountId: string;
  readonly region: string;
  readonly completedAt: Date;
}): CloudEvent {
  const { record, managementAccountId, region, completedAt } = options;
  const eventName = record.adopted ? 'UpdateManagedAccount' : 'CreateManagedAccount';
  const succeeded = record.status !== 'FAILED';
  const unit = findUnit(record.parameters?.organizationalUnitId ?? '');
  const verb = record.adopted ? 'update' : 'create';
  const status = {
    organizationalUnit: {
      organizationalUnitName: unit?.name ?? '',
      organizationalUnitId: unit?.id ?? '',
    },
    account: {
      accountName: record.parameters?.accountName ?? '',
      accountId: record.accountId ?? '',
    },
    state: succeeded ? 'SUCCEEDED' : 'FAILED',
    message: succeeded
      ? `AWS Control Tower successfully ${verb}d ${record.adopted ? 'a managed' : 'an enrolled'} account.`
      : `AWS Control Tower failed to ${verb} the account.`,
    requestedTimestamp: offsetTime(record.createdAt),
    completedTimestamp: offsetTime(completedAt),
  };
  const event = {
    version: '0',
    id: record.eventId,
    'detail-type': 'AWS Service Event via CloudTrail',
    source: 'aws.controltower',
    account: managementAccountId,
    time: wholeSeconds(completedAt),
    region,
    resources: [],
    detail: {
      eventVersion: '1.05',
      userIdentity: { accountId: managementAccountId, invokedBy: 'AWS Internal' },
      eventTime: wholeSeconds(completedAt),
      eventSource: 'controltower.amazonaws.com',
      eventName,
      awsRegion: region,
      sourceIPAddress: 'AWS Internal',
      userAgent: 'AWS Internal',
      eventID: record.eventId,
      readOnly: false,
      eventType: 'AwsServiceEvent',
      serviceEventDetails: {
        [record.adopted ? 'updateManagedAccountStatus' : 'createManagedAccountStatus']: status,
      },
    },
  };
  return event;
}

const wholeSeconds = (at: Date): string => at.toISOString().replace(/\.\d{3}Z$/, 'Z');
const offsetTime = (at: Date): string => at.toISOString().replace(/\.\d{3}Z$/, '+0000');
