import type {
  CreateLogGroupRequest,
  DeleteLogGroupRequest,
  DeleteRetentionPolicyRequest,
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  PutRetentionPolicyRequest,
} from '@aws-sdk/client-cloudwatch-logs';
import { type AnyOperation, operation } from '../../wire/operation.ts';
import type { LogStore } from '../log-store.ts';
import { invalidParameter } from '../logs-errors.ts';
import { groupAccess, groupArn, groupName, optionalText, pageLimit } from '../names.ts';

/** The only periods that Amazon keeps logs for. */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

const cursor = (text: string): string => Buffer.from(text).toString('base64url');
const fromCursor = (token: string | undefined): string =>
  Buffer.from(token ?? '', 'base64url')
    .toString('utf8')
    .replaceAll('\0', '');

export function logGroupOperations(deps: { store: LogStore; now: () => Date }): AnyOperation[] {
  const { store } = deps;
  return [
    operation<CreateLogGroupRequest, object>({
      name: 'CreateLogGroup',
      access: (input, context) =>
        groupAccess('CreateLogGroup', context, groupName(input.logGroupName)),
      async handle(input, { caller }) {
        await store.createGroup(caller.accountId, groupName(input.logGroupName), deps.now());
        return {};
      },
    }),

    operation<DeleteLogGroupRequest, object>({
      name: 'DeleteLogGroup',
      access: (input, context) =>
        groupAccess('DeleteLogGroup', context, groupName(input.logGroupName)),
      async handle(input, { caller }) {
        await store.deleteGroup(caller.accountId, groupName(input.logGroupName));
        return {};
      },
    }),

    operation<PutRetentionPolicyRequest, object>({
      name: 'PutRetentionPolicy',
      access: (input, context) =>
        groupAccess('PutRetentionPolicy', context, groupName(input.logGroupName)),
      async handle(input, { caller }) {
        const days = input.retentionInDays;
        if (days === undefined || !retentionDays.includes(days)) {
          throw invalidParameter(
            `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${retentionDays.join(', ')}]`,
          );
        }
        await store.setRetention(caller.accountId, groupName(input.logGroupName), days);
        return {};
      },
    }),

    operation<DeleteRetentionPolicyRequest, object>({
      name: 'DeleteRetentionPolicy',
      access: (input, context) =>
        groupAccess('DeleteRetentionPolicy', context, groupName(input.logGroupName)),
      async handle(input, { caller }) {
        await store.setRetention(caller.accountId, groupName(input.logGroupName), null);
        return {};
      },
    }),

    operation<DescribeLogGroupsRequest, DescribeLogGroupsResponse>({
      name: 'DescribeLogGroups',
      access: (_input, context) => groupAccess('DescribeLogGroups', context, ''),
      async handle(input, context) {
        const limit = pageLimit(input.limit, 50);
        const found = await store.groups(context.caller.accountId, {
          prefix: optionalText(input.logGroupNamePrefix, 'logGroupNamePrefix') ?? '',
          pattern: optionalText(input.logGroupNamePattern, 'logGroupNamePattern') ?? '',
          after: fromCursor(optionalText(input.nextToken, 'nextToken')),
          limit: limit + 1,
        });
        const shown = found.slice(0, limit);
        const last = shown.at(-1);
        return {
          logGroups: shown.map((group) => {
            const logGroupArn = groupArn(context, group.name).replace(/:log-stream:$/, '');
            return {
              logGroupName: group.name,
              creationTime: group.createdAt.getTime(),
              metricFilterCount: 0,
              arn: `${logGroupArn}:*`,
              logGroupArn,
              logGroupClass: 'STANDARD' as const,
              storedBytes: group.bytes,
              ...(group.retentionDays !== null && { retentionInDays: group.retentionDays }),
            };
          }),
          ...(found.length > shown.length && last && { nextToken: cursor(last.name) }),
        };
      },
    }),
  ];
}
