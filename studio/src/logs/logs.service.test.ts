import { policy } from '@atelier/account-baseline';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  paginateFilterLogEvents,
  paginateGetLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StorageStudio, startStorageStudio } from '../testing/storage-studio.ts';

const trainingJobs = '/aws/sagemaker/TrainingJobs';

let storage: StorageStudio;
let fooAccount: string;
let barAccount: string;
let logs: CloudWatchLogsClient;
let foreign: CloudWatchLogsClient;
let now = new Date();

/** A client that may do with the logs of its own account what it likes. */
async function clientFor(accountId: string): Promise<CloudWatchLogsClient> {
  const own = policy({
    Effect: 'Allow',
    Action: ['logs:*'],
    Resource: [`arn:aws:logs:*:${accountId}:*`],
  });
  const { keys } = await storage.identity(accountId, own);
  return new CloudWatchLogsClient({
    endpoint: storage.studio.url,
    region: 'us-east-1',
    credentials: keys,
    maxAttempts: 1,
  });
}

beforeAll(async () => {
  storage = await startStorageStudio(() => now);
  fooAccount = await storage.studio.createAccount();
  barAccount = await storage.studio.createAccount();
  logs = await clientFor(fooAccount);
  foreign = await clientFor(barAccount);
});

afterAll(async () => {
  logs.destroy();
  foreign.destroy();
  await storage.stop();
});

const at = (ms: number): Date => new Date(now.getTime() + ms);

/** Lines as a container prints them, into a stream of a training job of FOO's. */
const write = (stream: string, lines: readonly { at: Date; message: string }[]) =>
  storage.logs.writer.append({ accountId: fooAccount, group: trainingJobs, stream }, lines);

const read = async (logStreamName: string, input: object = {}) => {
  const { events = [] } = await logs.send(
    new GetLogEventsCommand({
      logGroupName: trainingJobs,
      logStreamName,
      startFromHead: true,
      ...input,
    }),
  );
  return events.map(({ message }) => message);
};

test('what is not there is told as SDKs expect it', async () => {
  const refusals = [
    [
      new DescribeLogStreamsCommand({ logGroupName: '/none' }),
      'The specified log group does not exist.',
    ],
    [
      new GetLogEventsCommand({ logGroupName: '/none', logStreamName: 'x' }),
      'The specified log group does not exist.',
    ],
  ] as const;
  for (const [command, message] of refusals) {
    await expect(logs.send(command as GetLogEventsCommand)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message,
    });
  }
  await write('there/algo-1', [{ at: now, message: 'x' }]);
  await expect(read('not-there')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log stream does not exist.',
  });
});

test('groups and streams are made, described, kept as long as asked, and deleted', async () => {
  const logGroupName = '/own/group';
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await expect(logs.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 's' }));
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
  const { logGroups } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/own' }),
  );
  expect(logGroups).toMatchObject([{ logGroupName, retentionInDays: 1 }]);
  await logs.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName: 's',
      logEvents: [
        { timestamp: now.getTime() - 3_600_000, message: 'old' },
        { timestamp: now.getTime(), message: 'new' },
      ],
    }),
  );
  const start = now;
  now = new Date(start.getTime() + 23.5 * 3_600_000);
  expect(await storage.logs.sweepRetention()).toBe(1);
  now = start;
  const { events } = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName: 's' }));
  expect(events?.map(({ message }) => message)).toEqual(['new']);
  await logs.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: 's' }));
  await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  await expect(logs.send(new DeleteLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('events that Amazon would refuse are refused, with the places of those that were not kept', async () => {
  const group = { logGroupName: '/own/put', logStreamName: 's' };
  await logs.send(new CreateLogGroupCommand(group));
  await logs.send(new CreateLogStreamCommand(group));
  const put = (...logEvents: { timestamp: number; message: string }[]) =>
    logs.send(new PutLogEventsCommand({ ...group, logEvents }));
  const t = now.getTime();
  const event = (timestamp: number) => ({ timestamp, message: 'x' });
  await expect(put(event(t), event(t - 1))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
  await expect(put(event(t - 90_000_000), event(t))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
  const old = await put(event(t - 15 * 86_400_000));
  expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
  const early = await put(event(t), event(t + 3 * 3_600_000));
  expect(early.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
});

test('members of another kind than documented are refused, not stumbled over', async () => {
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/own/kinds' }));
  await logs.send(new CreateLogStreamCommand({ logGroupName: '/own/kinds', logStreamName: 's' }));
  const group = { logGroupName: '/own/kinds', logStreamName: 's' };
  const odd: object[] = [
    new DescribeLogGroupsCommand({ logGroupNamePrefix: {} as string }),
    new DescribeLogGroupsCommand({ limit: 'x' as unknown as number }),
    new DescribeLogStreamsCommand({ ...group, logStreamNamePrefix: ['x'] as unknown as string }),
    new GetLogEventsCommand({ ...group, nextToken: 7 as unknown as string }),
    new GetLogEventsCommand({ ...group, startTime: -1 }),
    new FilterLogEventsCommand({ ...group, filterPattern: {} as string }),
    new FilterLogEventsCommand({ ...group, logStreamNames: 'x' as unknown as string[] }),
    new PutLogEventsCommand({ ...group, logEvents: {} as [] }),
    new PutLogEventsCommand({
      ...group,
      logEvents: [{} as { timestamp: number; message: string }],
    }),
  ];
  for (const command of odd) {
    await expect(logs.send(command as GetLogEventsCommand)).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  }
});

test('the lines of a job keep their order, whatever the clock did', async () => {
  const lines = Array.from({ length: 50 }, (_, n) => ({
    at: at(n % 7 === 0 ? -5_000 : n),
    message: `line ${n}`,
  }));
  await Promise.all([
    write('order/algo-1', lines.slice(0, 20)),
    write('order/algo-1', lines.slice(20)),
  ]);
  expect(await read('order/algo-1')).toEqual(lines.map(({ message }) => message));
});

test('a reader that follows the token meets every event once, and then empty pages with the same token', async () => {
  const messages = Array.from({ length: 25 }, (_, n) => `event ${n}`);
  // All at one time: the order is that of arrival.
  await write(
    'tail/algo-1',
    messages.map((message) => ({ at: now, message })),
  );
  const pages = paginateGetLogEvents(
    { client: logs, stopOnSameToken: true },
    { logGroupName: trainingJobs, logStreamName: 'tail/algo-1', startFromHead: true, limit: 4 },
  );
  const seen: (string | undefined)[] = [];
  let token: string | undefined;
  for await (const page of pages) {
    seen.push(...(page.events ?? []).map(({ message }) => message));
    token = page.nextForwardToken;
  }
  expect(seen).toEqual(messages);
  const follow = (nextToken: string | undefined) =>
    logs.send(
      new GetLogEventsCommand({
        logGroupName: trainingJobs,
        logStreamName: 'tail/algo-1',
        startFromHead: true,
        nextToken,
      }),
    );
  const end = await follow(token);
  expect(end).toMatchObject({ events: [], nextForwardToken: token });
  await write('tail/algo-1', [{ at: now, message: 'one more' }]);
  const more = await follow(token);
  expect(more.events?.map(({ message }) => message)).toEqual(['one more']);
  const back = await follow(more.nextBackwardToken);
  expect(back.events?.map(({ message }) => message)).toEqual(messages);
});

test('times bound a reading: the start is included, the end is not', async () => {
  await write(
    'bounds/algo-1',
    [0, 1, 2, 3].map((ms) => ({ at: at(ms), message: String(ms) })),
  );
  const t = now.getTime();
  expect(await read('bounds/algo-1', { startTime: t + 1, endTime: t + 3 })).toEqual(['1', '2']);
  expect(await read('bounds/algo-1', { startFromHead: false, limit: 2 })).toEqual(['2', '3']);
});

test('the SageMaker SDK’s loop over the streams of a job ends', async () => {
  for (const n of [1, 2, 3]) await write(`job/algo-${n}`, [{ at: now, message: 'x' }]);
  const answer = await logs.send(
    new DescribeLogStreamsCommand({
      logGroupName: trainingJobs,
      logStreamNamePrefix: 'job/',
      orderBy: 'LogStreamName',
      limit: 1,
    }),
  );
  expect(answer.nextToken).toBeUndefined();
  expect(answer.logStreams?.map(({ logStreamName }) => logStreamName)).toEqual([
    'job/algo-1',
    'job/algo-2',
    'job/algo-3',
  ]);
  const page = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName: trainingJobs, limit: 1 }),
  );
  expect(page.nextToken).toBeDefined();
});

test('a group is searched by words over all of its streams, in order of time', async () => {
  await write('search/a', [
    { at: at(1), message: 'ERROR: disk full' },
    { at: at(3), message: 'ERROR: ignored noise' },
  ]);
  await write('search/b', [
    { at: at(2), message: 'WARN: slow' },
    { at: at(4), message: 'INFO: done' },
  ]);
  const search = async (filterPattern: string) => {
    const pages = paginateFilterLogEvents(
      { client: logs },
      {
        logGroupName: trainingJobs,
        logStreamNamePrefix: 'search/',
        filterPattern,
        limit: 1,
      },
    );
    const found: string[] = [];
    for await (const page of pages) {
      found.push(...(page.events ?? []).map((e) => `${e.logStreamName} ${e.message}`));
    }
    return found;
  };
  expect(await search('ERROR -noise')).toEqual(['search/a ERROR: disk full']);
  expect(await search('?WARN ?done')).toEqual(['search/b WARN: slow', 'search/b INFO: done']);
  expect(await search('')).toHaveLength(4);
});

test('what a container prints is kept, NUL and all, and a flood is cut with a line that says so', async () => {
  await write('odd/algo-1', [{ at: now, message: 'a\0b \ud800 é' }]);
  expect(await read('odd/algo-1')).toEqual(['a\ufffdb \ufffd é']);
  const line = 'x'.repeat(100_000);
  await write(
    'flood/algo-1',
    Array.from({ length: 100 }, () => ({ at: now, message: line })),
  );
  const { searchedLogStreams, events = [] } = await logs.send(
    new FilterLogEventsCommand({
      logGroupName: trainingJobs,
      logStreamNames: ['flood/algo-1'],
      filterPattern: '"[studio]"',
    }),
  );
  expect(searchedLogStreams).toEqual([]);
  expect(events.map(({ message }) => message)).toEqual([
    '[studio] this output comes too fast; lines are left out from here on',
  ]);
  await write('long/algo-1', [{ at: now, message: 'y'.repeat(300_000) }]);
  expect((await read('long/algo-1'))[0]).toMatch(
    /y \[studio\] this line was cut: it has 300000 bytes$/,
  );
});

test('one answer never carries more than about a megabyte', async () => {
  await write(
    'big/algo-1',
    Array.from({ length: 30 }, (_, n) => ({ at: at(n), message: `${n} ${'z'.repeat(90_000)}` })),
  );
  const first = await logs.send(
    new GetLogEventsCommand({
      logGroupName: trainingJobs,
      logStreamName: 'big/algo-1',
      startFromHead: true,
    }),
  );
  expect(first.events).toHaveLength(11);
  const second = await logs.send(
    new GetLogEventsCommand({
      logGroupName: trainingJobs,
      logStreamName: 'big/algo-1',
      startFromHead: true,
      nextToken: first.nextForwardToken,
    }),
  );
  expect(second.events?.[0]?.message).toMatch(/^11 /);
});

test('another account has its own groups of the same name, and sees nothing of these', async () => {
  await write('secret/algo-1', [{ at: now, message: 'FOO only' }]);
  const { logGroups } = await foreign.send(new DescribeLogGroupsCommand({}));
  expect(logGroups).toEqual([]);
  await expect(
    foreign.send(
      new GetLogEventsCommand({ logGroupName: trainingJobs, logStreamName: 'secret/algo-1' }),
    ),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const arn = `arn:aws:logs:us-east-1:${fooAccount}:log-group:${trainingJobs}`;
  await expect(
    foreign.send(
      new GetLogEventsCommand({ logGroupIdentifier: arn, logStreamName: 'secret/algo-1' }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await foreign.send(new CreateLogGroupCommand({ logGroupName: trainingJobs }));
  await storage.logs.deleteForAccount(barAccount);
  expect((await foreign.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
  expect(await read('secret/algo-1')).toEqual(['FOO only']);
});
