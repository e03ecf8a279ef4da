import type {
  FilterLogEventsRequest,
  FilterLogEventsResponse,
  GetLogEventsRequest,
  GetLogEventsResponse,
  PutLogEventsRequest,
  PutLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../../wire/errors.ts';
import { type AnyOperation, operation } from '../../wire/operation.ts';
import { parseFilterPattern } from '../filter-pattern.ts';
import type { FloodGate } from '../flood-gate.ts';
import type { EventPosition, LogEvent, LogStore } from '../log-store.ts';
import { invalidParameter } from '../logs-errors.ts';
import {
  groupAccess,
  groupName,
  identifiedGroup,
  optionalText,
  pageLimit,
  streamAccess,
  streamName,
  timeMs,
} from '../names.ts';

const maxEvents = 10_000;
const maxBatchBytes = 1 << 20;
const hourMs = 3_600_000;

interface Token {
  readonly backward: boolean;
  readonly position: EventPosition;
}

const tokenText = (direction: 'f' | 'b', { atMs, sequence }: EventPosition): string =>
  `${direction}/${atMs}.${sequence}`;

function parseToken(text: string | undefined): Token | null {
  if (text === undefined) return null;
  const match = /^([fb])\/(\d{1,15})\.(\d{1,15})$/.exec(text);
  if (!match) throw invalidParameter('The specified nextToken is invalid.');
  return {
    backward: match[1] === 'b',
    position: { atMs: Number(match[2]), sequence: Number(match[3]) },
  };
}

const beginning: EventPosition = { atMs: 0, sequence: 0 };

const outputEvent = (event: LogEvent) => ({
  timestamp: event.atMs,
  message: event.message,
  ingestionTime: event.ingestedMs,
});

interface CheckedBatch {
  readonly events: readonly { atMs: number; message: string }[];
  readonly bytes: number;
}

function checkBatch(input: PutLogEventsRequest): CheckedBatch {
  const given = input.logEvents;
  if (!Array.isArray(given) || given.length === 0 || given.length > maxEvents) {
    throw invalidParameter(`logEvents must hold 1 to ${maxEvents} events`);
  }
  const events = given.map((event) => {
    const atMs = timeMs(event.timestamp, 'timestamp');
    if (atMs === null || typeof event.message !== 'string' || event.message === '') {
      throw invalidParameter('Every log event needs a timestamp and a message');
    }
    return { atMs, message: event.message };
  });
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
  if (bytes > maxBatchBytes) {
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${maxBatchBytes}`);
  }
  if (events.some(({ atMs }, index) => atMs < (events[index - 1]?.atMs ?? 0))) {
    throw invalidParameter(
      'Log events in a single PutLogEvents request must be in chronological order.',
    );
  }
  if ((events.at(-1)?.atMs ?? 0) - (events[0]?.atMs ?? 0) > 24 * hourMs) {
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
  }
  return { events, bytes };
}

export function logEventOperations(deps: {
  store: LogStore;
  gate: FloodGate;
  now: () => Date;
}): AnyOperation[] {
  const { store, gate } = deps;
  return [
    operation<PutLogEventsRequest, PutLogEventsResponse>({
      name: 'PutLogEvents',
      access: (input, context) =>
        streamAccess(
          'PutLogEvents',
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
        const { events, bytes } = checkBatch(input);
        await store.stream(name);
        if (!gate.admit(`${name.accountId} ${name.group} ${name.stream}`, bytes)) {
          throw new AwsError('ThrottlingException', 'Rate exceeded');
        }
        const now = deps.now().getTime();
        const tooOld = events.filter(({ atMs }) => atMs < now - 14 * 24 * hourMs).length;
        const tooNew = events.findIndex(({ atMs }) => atMs > now + 2 * hourMs);
        const kept = events.slice(tooOld, tooNew < 0 ? undefined : tooNew);
        await store.append(name, kept, { at: new Date(now), create: false, keepOrder: false });
        if (tooOld === 0 && tooNew < 0) return {};
        return {
          rejectedLogEventsInfo: {
            ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
            ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }),
          },
        };
      },
    }),

    operation<GetLogEventsRequest, GetLogEventsResponse>({
      name: 'GetLogEvents',
      access: (input, context) =>
        streamAccess(
          'GetLogEvents',
          context,
          identifiedGroup(input, context),
          streamName(input.logStreamName),
        ),
      async handle(input, context) {
        const token = parseToken(optionalText(input.nextToken, 'nextToken'));
        const stream = await store.stream({
          accountId: context.caller.accountId,
          group: identifiedGroup(input, context),
          stream: streamName(input.logStreamName),
        });
        const events = await store.events(stream.id, {
          fromMs: timeMs(input.startTime, 'startTime'),
          toMs: timeMs(input.endTime, 'endTime'),
          limit: pageLimit(input.limit, maxEvents),
          from: token?.position ?? null,
          backward: token ? token.backward : !input.startFromHead,
        });
        const here = token?.position ?? beginning;
        return {
          events: events.map(outputEvent),
          nextForwardToken: tokenText('f', events.at(-1) ?? here),
          nextBackwardToken: tokenText('b', events[0] ?? here),
        };
      },
    }),

    operation<FilterLogEventsRequest, FilterLogEventsResponse>({
      name: 'FilterLogEvents',
      access: (input, context) =>
        groupAccess('FilterLogEvents', context, identifiedGroup(input, context)),
      async handle(input, context) {
        const limit = pageLimit(input.limit, maxEvents);
        const prefix = optionalText(input.logStreamNamePrefix, 'logStreamNamePrefix');
        const names = input.logStreamNames;
        if (names !== undefined && (!Array.isArray(names) || names.length > 100)) {
          throw invalidParameter('logStreamNames must be a list of at most 100 names');
        }
        if (names && prefix !== undefined) {
          throw invalidParameter(
            'Both logStreamNames and logStreamNamePrefix parameters are specified.',
          );
        }
        const found = await store.filter(
          context.caller.accountId,
          identifiedGroup(input, context),
          {
            fromMs: timeMs(input.startTime, 'startTime'),
            toMs: timeMs(input.endTime, 'endTime'),
            pattern: parseFilterPattern(optionalText(input.filterPattern, 'filterPattern')),
            streamNames: names?.map(streamName) ?? null,
            streamPrefix: prefix ?? '',
            after: filterPosition(optionalText(input.nextToken, 'nextToken')),
            limit,
          },
        );
        const last = found.at(-1);
        return {
          events: found.map((event) => ({
            ...outputEvent(event),
            logStreamName: event.streamName,
            eventId: filterToken(event),
          })),
          searchedLogStreams: [],
          // Clients go on until there is no token; after an answer with events there may be more.
          ...(last && { nextToken: filterToken(last) }),
        };
      },
    }),
  ];
}

const filterToken = ({ atMs, streamId, sequence }: LogEvent): string =>
  `${atMs}.${streamId}.${sequence}`;

function filterPosition(token: string | undefined): (EventPosition & { streamId: string }) | null {
  if (token === undefined) return null;
  const match = /^(\d{1,15})\.(\d{1,18})\.(\d{1,15})$/.exec(token);
  if (!match?.[2]) throw invalidParameter('The specified nextToken is invalid.');
  return { atMs: Number(match[1]), streamId: match[2], sequence: Number(match[3]) };
}
