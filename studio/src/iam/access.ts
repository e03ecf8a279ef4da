/** Who signed a request, as STS and policies see him. */
export interface Caller {
  readonly accountId: string;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` or `arn:aws:iam::<account>:user/<name>`. */
  readonly arn: string;
  /** `AROA…:<session>` or `AIDA…`. */
  readonly userId: string;
  readonly accessKeyId: string;
  /** The role behind a session: `arn:aws:iam::<account>:role/<path><name>`; null for a user. */
  readonly roleArn: string | null;
  /** `aws:PrincipalTag/…`: the role's tags, overridden by session tags in any letter case. */
  readonly principalTags: Readonly<Record<string, string>>;
  readonly sourceIdentity: string | null;
  /** Inline policy of the session, which only narrows; JSON text. */
  readonly sessionPolicy: string | null;
  /** When the session ends; null for long-lived keys. */
  readonly expiresAt: Date | null;
}

export interface AccessRequest {
  /** `s3:GetObject`. */
  readonly action: string;
  readonly resource: string;
  /** The account that owns the resource, when it is not the caller's: then both sides must allow. */
  readonly resourceAccountId?: string;
  /** A resource's own policy, JSON text (bucket policy). */
  readonly resourcePolicy?: string | null;
  /** A role's trust policy: it must allow even within one account, and speaks of no resource. */
  readonly resourcePolicyIsTrust?: boolean;
  /** Condition keys beside the global ones: `sagemaker:DomainId`, `iam:PassedToService`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** Evaluates identity policies, boundary, session policy, resource policy and the guardrails of the caller's unit. */
export interface Authorizer {
  /** Throws `accessDenied` unless allowed. */
  authorize(caller: Caller, request: AccessRequest): Promise<void>;
  isAllowed(caller: Caller, request: AccessRequest): Promise<boolean>;
}

/** Makes sessions of roles for Studio's own work on behalf of a job, endpoint or space; trust is checked by service name. */
export interface RoleSessions {
  /** `service`: `sagemaker.amazonaws.com`. Throws when the role does not exist or does not trust the service. */
  assumeForService(roleArn: string, service: string, sessionName: string): Promise<Caller>;
  /** Keys to hand into a container, with the session they stand for. */
  issueKeys(caller: Caller, seconds: number): Promise<TemporaryKeys>;
}

export interface TemporaryKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}
