import type { Caller, RoleSessions } from '../iam/access.ts';
import { AwsError, validationError } from '../wire/errors.ts';
import { sagemakerService } from './names.ts';

/** A session of a role given to a job or model. Throws `ValidationException` in Amazon's words. */
export const assumeServiceRole = async (
  roles: RoleSessions,
  roleArn: string,
  accountId: string,
  sessionName: string,
): Promise<Caller> => {
  if (roleArn.split(':')[4] !== accountId) {
    throw validationError('Cross-account pass role is not allowed.');
  }
  try {
    return await roles.assumeForService(roleArn, sagemakerService, sessionName);
  } catch (error) {
    if (error instanceof AwsError && error.status < 500) {
      throw validationError(
        `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal ` +
          `'${sagemakerService}' to assume the role.`,
      );
    }
    throw error;
  }
};
