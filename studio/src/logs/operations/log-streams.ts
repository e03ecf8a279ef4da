import type {
  CreateLogStreamRequest,
  DeleteLogStreamRequest,
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import { type AnyOperation, operation } from '../../wire/operation.ts';
import type { LogStore } from '../log-store.ts';
import { invalidParameter } from '../logs-errors.ts';
import {
  groupAccess,
  groupArn,
  groupName,
  identifiedGroup,
  optionalText,
  pageLimit,
  streamAccess,
  streamName,
} from '../names.ts';

/**
 * More streams than any job has. The SageMaker SDK asks for the streams of `<job>/` in a loop as long as it gets a
 * `nextToken`, which it never sends back: such a request gets all of them at once, and no token.
 */
const streamsOfOneJob = 1_000;

function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  if (/^\d{1,9}$/.test(token)) return Number(token);
  throw invalidParameter('The specified nextToken is invalid.');
}

export function logStreamOperations(deps: { store: LogStore; now: () => Date }): AnyOperation[] {
  const { store } = deps;
  return [
    operation<CreateLogStreamRequest, object>({
      name: 'CreateLogStream',
      access: (input, context) =>
        streamAccess(
          'CreateLogStream',
          context,
          groupName(input.logGroupName),
          streamName(input.logStreamName),
        ),
      async handle(input, { caller }) {
        const name = {
          accountId: caller.accountId,
          group: groupName(input.logGroupName),
          stream: streamName(input.logStreamName),
        };
        await store.createStream(name, deps.now());
        return {};
      },
    }),

    operation<DeleteLogStreamRequest, object>({
      name: 'DeleteLogStream',
      access: (input, context) =>
        streamAccess(
          'DeleteLogStream',
          context,
          groupName(input.logGroupName),
          streamName(input.logStreamName),
        ),
      async handle(input, { caller }) {
        await store.deleteStream({
          accountId: caller.accountId,
          group: groupName(input.logGroupName),
          stream: streamName(input.logStreamName),
        });
        return {};
      },
    }),

    operation<DescribeLogStreamsRequest, DescribeLogStreamsResponse>({
      name: 'DescribeLogStreams',
      access: (input, context) =>
        groupAccess('DescribeLogStreams', context, identifiedGroup(input, context)),
      async handle(input, context) {
        const group = identifiedGroup(input, context);
        const prefix = optionalText(input.logStreamNamePrefix, 'logStreamNamePrefix');
        const token = optionalText(input.nextToken, 'nextToken');
        const ofAJob = token === undefined && (prefix ?? '').endsWith('/');
        const byTime = input.orderBy === 'LastEventTime';
        if (byTime && prefix !== undefined) {
          throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
        }
        const asked = pageLimit(input.limit, 50);
        const limit = ofAJob ? streamsOfOneJob : asked;
        const offset = offsetOf(token);
        const found = await store.streams(context.caller.accountId, group, {
          prefix: prefix ?? '',
          order: byTime ? 'last-event' : 'name',
          descending: input.descending === true,
          offset,
          limit: limit + 1,
        });
        const shown = found.slice(0, limit);
        const more = found.length > shown.length && !ofAJob;
        return {
          logStreams: shown.map((stream) => ({
            logStreamName: stream.name,
            creationTime: stream.createdAt.getTime(),
            ...(stream.firstEventMs !== null && { firstEventTimestamp: stream.firstEventMs }),
            ...(stream.lastEventMs !== null && { lastEventTimestamp: stream.lastEventMs }),
            ...(stream.lastIngestedMs !== null && { lastIngestionTime: stream.lastIngestedMs }),
            arn: groupArn(context, group, stream.name),
            storedBytes: 0,
          })),
          ...(more && { nextToken: String(offset + limit) }),
        };
      },
    }),
  ];
}
