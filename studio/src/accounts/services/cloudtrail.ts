import type { Audit } from '../../wire/audit.ts';
import { AwsError } from '../../wire/errors.ts';
import { operation, type RpcService } from '../../wire/operation.ts';

export interface LookupInput {
  readonly LookupAttributes?: readonly { AttributeKey?: unknown; AttributeValue?: unknown }[];
  /** Epoch seconds. */
  readonly StartTime?: unknown;
  readonly EndTime?: unknown;
  readonly MaxResults?: unknown;
  readonly NextToken?: unknown;
}

const maxPage = 50;

/** The account's own audit. */
export const createCloudTrailService = (deps: { readonly audit: Audit }): RpcService => ({
  protocol: 'json',
  name: 'cloudtrail',
  target: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101',
  operations: [
    operation<LookupInput, unknown>({
      name: 'LookupEvents',
      access: () => [{ action: 'cloudtrail:LookupEvents', resource: '*' }],
      handle: (input, { caller }) => lookupEvents(deps.audit, caller.accountId, input),
    }),
  ],
});

/**
 * An account's audit, newest first. `AttributeKey` is `EventName`, or `ErrorCode` with the value `*` for what was
 * refused, which CloudTrail itself does not offer.
 */
export async function lookupEvents(
  audit: Audit,
  accountId: string,
  input: LookupInput,
): Promise<unknown> {
  const limit = readLimit(input.MaxResults);
  const [from, to] = [readTime(input.StartTime), readTime(input.EndTime)];
  const attribute = readAttribute(input.LookupAttributes ?? []);
  const token = input.NextToken;
  if (token !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(token))) {
    throw new AwsError('InvalidNextTokenException', 'The token is not one of this service.');
  }
  const events = await audit.list({
    accountId,
    ...(from && { from }),
    ...(to && { to }),
    ...attribute,
    limit: limit + 1,
    ...(token !== undefined && { after: String(token) }),
  });
  const page = events.slice(0, limit);
  return {
    Events: page.map(({ id, name, occurredAt, event }) => ({
      EventId: id,
      EventName: name,
      EventTime: occurredAt,
      EventSource: event.eventSource,
      ReadOnly: String(event.readOnly),
      CloudTrailEvent: JSON.stringify(event),
    })),
    ...(events.length > limit && { NextToken: page.at(-1)?.id }),
  };
}

function readLimit(value: unknown): number {
  if (value === undefined) return maxPage;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maxPage) {
    return value;
  }
  throw new AwsError('InvalidMaxResultsException', `MaxResults must be between 1 and ${maxPage}.`);
}

function readTime(value: unknown): Date | null {
  if (value === undefined) return null;
  if (typeof value === 'number' && value >= 0 && value < 4e9) return new Date(value * 1000);
  throw new AwsError('InvalidTimeRangeException', 'A time must be in epoch seconds.');
}

function readAttribute(
  attributes: NonNullable<LookupInput['LookupAttributes']>,
): { eventName: string } | { refusedOnly: true } | object {
  const [attribute, ...more] = attributes;
  if (!attribute) return {};
  const { AttributeKey: key, AttributeValue: value } = attribute;
  if (more.length === 0 && key === 'EventName')
    return { eventName: String(value).replaceAll('\0', '') };
  if (more.length === 0 && key === 'ErrorCode' && value === '*') return { refusedOnly: true };
  throw new AwsError(
    'InvalidLookupAttributesException',
    'One attribute is taken: EventName, or ErrorCode with the value *.',
  );
}
