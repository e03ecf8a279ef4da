import type { AccessRequest } from '../../iam/access.ts';

/** Whoever hands a role to SageMaker must be allowed to. */
export const passRole = (roleArn: string | undefined): readonly AccessRequest[] =>
  roleArn === undefined
    ? []
    : [
        {
          action: 'iam:PassRole',
          resource: roleArn,
          context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
        },
      ];
