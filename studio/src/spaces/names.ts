import { createHash, randomBytes } from 'node:crypto';
import { validationError } from '../wire/errors.ts';

export const SPACES_DOMAIN = 'studio.localhost';

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** `d-` and twelve characters, as on AWS. */
export const newDomainId = (): string =>
  `d-${[...randomBytes(12)].map((byte) => ID_ALPHABET[byte % ID_ALPHABET.length]).join('')}`;

export interface Place {
  readonly accountId: string;
  readonly region: string;
}

const arn = ({ accountId, region }: Place, resource: string): string =>
  `arn:aws:sagemaker:${region}:${accountId}:${resource}`;

export const domainArn = (place: Place, domainId: string): string =>
  arn(place, `domain/${domainId}`);
export const profileArn = (place: Place, domainId: string, name: string): string =>
  arn(place, `user-profile/${domainId}/${name}`);
export const spaceArn = (place: Place, domainId: string, name: string): string =>
  arn(place, `space/${domainId}/${name}`);
export const appArn = (place: Place, domainId: string, space: string, name: string): string =>
  arn(place, `app/${domainId}/${space}/JupyterLab/${name}`);

/**
 * First label of the profile's own origin. Two profiles never share one, and it tells neither the account nor the
 * person.
 */
export const originLabel = (accountId: string, domainId: string, profile: string): string =>
  createHash('sha256')
    .update(`${accountId}/${domainId}/${profile.toLowerCase()}`)
    .digest('hex')
    .slice(0, 24);

const RESOURCE_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

/** Checks what a user profile, space or app may be called; throws in Amazon's words. */
export const checkResourceName = (member: string, value: string | undefined): string => {
  if (value === undefined || value === '') {
    throw validationError(
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  }
  if (!RESOURCE_NAME.test(value)) {
    throw validationError(
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ` +
        `Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`,
    );
  }
  return value;
};
