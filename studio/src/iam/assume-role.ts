import { AwsError, validationError } from '../wire/errors.ts';
import type { AccessRequest, Caller } from './access.ts';
import { type Input, integer, list, optionalText, tags, text, texts } from './input.ts';
import { parseRoleArn } from './names.ts';
import { requestTagContext, roleContext } from './operations/role-access.ts';
import { parsePolicy } from './policy.ts';
import type { Role } from './role-store.ts';
import type { SessionTags } from './sessions.ts';

/** What a call of AssumeRole asks for, checked as far as it can be without the role. */
export interface Assumption {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly seconds: number;
  readonly externalId: string | null;
  /** Tags of this call alone. */
  readonly newTags: Readonly<Record<string, string>>;
  /** Inherited ones included. */
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | null;
  readonly sessionPolicy: string | null;
}

const sessionNamePattern = /^[\w+=,.@-]{2,64}$/;
const maxChainedSeconds = 3_600;
const maxSessionPolicyLength = 2_048;

/** Throws `AwsError` on input that no role could accept from this caller. */
export function readAssumption(input: Input, caller: Caller, inherited: SessionTags): Assumption {
  if (list(input, 'PolicyArns', 10).length > 0) {
    throw validationError('Studio has no managed session policies: pass the policy itself.');
  }
  const seconds = integer(input, 'DurationSeconds', { min: 900, max: 43_200, fallback: 3_600 });
  if (caller.roleArn && seconds > maxChainedSeconds) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  const newTags = tags(input);
  const passed = transitiveTags(inherited);
  refuseOverriding(passed, newTags);
  return {
    roleArn: text(input, 'RoleArn', /^arn:aws:iam::\d{12}:role\/[\x21-\x7e]+$/),
    sessionName: text(input, 'RoleSessionName', sessionNamePattern),
    seconds,
    externalId: optionalText(input, 'ExternalId'),
    newTags,
    tags: { ...passed, ...newTags },
    transitiveTagKeys: transitiveKeys(input, inherited, newTags),
    sourceIdentity: sourceIdentityOf(input, caller),
    sessionPolicy: sessionPolicyOf(input),
  };
}

function transitiveTags(inherited: SessionTags): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inherited.tags).filter(([key]) =>
      inherited.transitiveTagKeys.includes(key.toLowerCase()),
    ),
  );
}

/** An inherited tag binds the whole chain. */
function refuseOverriding(
  inherited: Readonly<Record<string, string>>,
  newTags: Readonly<Record<string, string>>,
): void {
  const fixed = new Set(Object.keys(inherited).map((key) => key.toLowerCase()));
  const clash = Object.keys(newTags).find((key) => fixed.has(key.toLowerCase()));
  if (clash !== undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session: ${clash}`,
    );
  }
}

function transitiveKeys(
  input: Input,
  inherited: SessionTags,
  newTags: Readonly<Record<string, string>>,
): readonly string[] {
  const own = texts(input, 'TransitiveTagKeys', 50).map((key) => key.toLowerCase());
  const known = new Set(Object.keys(newTags).map((key) => key.toLowerCase()));
  const missing = own.find((key) => !known.has(key));
  if (missing !== undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `The specified transitive tag key must be included in the requested tags: ${missing}`,
    );
  }
  return [...inherited.transitiveTagKeys, ...own];
}

/** Once set it stays for the whole chain. */
function sourceIdentityOf(input: Input, caller: Caller): string | null {
  const asked =
    input.SourceIdentity === undefined ? null : text(input, 'SourceIdentity', sessionNamePattern);
  if (caller.sourceIdentity && asked && asked !== caller.sourceIdentity) {
    throw validationError('The source identity of a session cannot be changed.');
  }
  return caller.sourceIdentity ?? asked;
}

function sessionPolicyOf(input: Input): string | null {
  const document = optionalText(input, 'Policy');
  if (document === null) return null;
  if (document.length > maxSessionPolicyLength) {
    throw new AwsError('PackedPolicyTooLarge', 'The session policy is too large.');
  }
  parsePolicy(document, 'identity');
  return document;
}

/** Everything that the caller's policies and the role's trust must allow; a role that is absent allows nothing. */
export function accessFor(assumption: Assumption, role: Role | null): readonly AccessRequest[] {
  const { newTags, sourceIdentity } = assumption;
  const base = {
    resource: assumption.roleArn,
    resourceAccountId: parseRoleArn(assumption.roleArn)?.accountId ?? '',
    resourcePolicy: role?.trustPolicy ?? null,
    resourcePolicyIsTrust: true,
    context: {
      ...(role && roleContext(role)),
      'sts:RoleSessionName': assumption.sessionName,
      ...(assumption.externalId !== null && { 'sts:ExternalId': assumption.externalId }),
      ...(sourceIdentity !== null && { 'sts:SourceIdentity': sourceIdentity }),
      ...requestTagContext(newTags),
      ...(assumption.transitiveTagKeys.length > 0 && {
        'sts:TransitiveTagKeys': assumption.transitiveTagKeys,
      }),
    },
  };
  return [
    { ...base, action: 'sts:AssumeRole' },
    // Inherited tags count as well: they would override the role's own.
    ...(Object.keys(assumption.tags).length > 0 ? [{ ...base, action: 'sts:TagSession' }] : []),
    ...(sourceIdentity !== null ? [{ ...base, action: 'sts:SetSourceIdentity' }] : []),
  ];
}
