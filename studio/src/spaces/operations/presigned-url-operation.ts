import type {
  CreatePresignedDomainUrlCommandInput,
  CreatePresignedDomainUrlCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { accessDenied, validationError } from '../../wire/errors.ts';
import { type AnyOperation, operation } from '../../wire/operation.ts';
import type { AccessStore } from '../access-store.ts';
import { originLabel, profileArn, SPACES_DOMAIN } from '../names.ts';
import type { Profile, ProfileStore } from '../profile-store.ts';
import { TICKET_PATH } from '../space-proxy.ts';
import type { Space, SpaceStore } from '../space-store.ts';

const DEFAULT_TICKET_SECONDS = 300;
const DEFAULT_SESSION_SECONDS = 43_200;

/** Where JupyterLab opens: `app:JupyterLab:` or a path of its own behind it, never another place. */
export const landingPath = (landingUri: string | undefined): string => {
  if (landingUri === undefined) return '/lab';
  const path = /^app:JupyterLab:(.*)$/.exec(landingUri)?.[1];
  if (
    path === undefined ||
    !/^\/?(lab(\/[A-Za-z0-9/._~%-]*)?)?$/.test(path) ||
    path.includes('..')
  ) {
    throw validationError(
      'LandingUri is app:JupyterLab: here, or app:JupyterLab:lab/tree/<file of the home>.',
    );
  }
  return path === '' || path === '/' ? '/lab' : `/${path.replace(/^\//, '')}`;
};

const within = (
  member: string,
  value: number | undefined,
  bounds: { low: number; high: number; otherwise: number },
): number => {
  const chosen = value ?? bounds.otherwise;
  if (!Number.isInteger(chosen) || chosen < bounds.low || chosen > bounds.high) {
    throw validationError(`${member} lies between ${bounds.low} and ${bounds.high}.`);
  }
  return chosen;
};

/** A link that opens a profile's space once, without a further sign-in. */
export const presignedUrlOperation = (deps: {
  readonly profiles: ProfileStore;
  readonly spaces: SpaceStore;
  readonly access: AccessStore;
  readonly publicPort: () => number;
}): AnyOperation => {
  const spaceOf = async (profile: Profile, name: string | undefined): Promise<Space> => {
    if (name !== undefined) return deps.spaces.get(profile.accountId, profile.domainId, name);
    const own = (await deps.spaces.list(profile.accountId, profile.domainId)).filter(
      ({ ownerProfile }) => ownerProfile === profile.name,
    );
    const [only, ...others] = own;
    if (only === undefined || others.length > 0) {
      throw validationError(
        `User Profile [${profile.name}] has ${own.length} spaces: set SpaceName.`,
      );
    }
    return only;
  };

  return operation<
    CreatePresignedDomainUrlCommandInput,
    Omit<CreatePresignedDomainUrlCommandOutput, '$metadata'>
  >({
    name: 'CreatePresignedDomainUrl',
    access: (input, { caller, region }) => [
      {
        action: 'sagemaker:CreatePresignedDomainUrl',
        resource: profileArn(
          { accountId: caller.accountId, region },
          input.DomainId ?? '',
          input.UserProfileName ?? '',
        ),
      },
    ],
    async handle(input, { caller, region }) {
      const seconds = within('ExpiresInSeconds', input.ExpiresInSeconds, {
        low: 5,
        high: 300,
        otherwise: DEFAULT_TICKET_SECONDS,
      });
      const sessionSeconds = within(
        'SessionExpirationDurationInSeconds',
        input.SessionExpirationDurationInSeconds,
        { low: 1800, high: 43_200, otherwise: DEFAULT_SESSION_SECONDS },
      );
      const landing = landingPath(input.LandingUri);
      const profile = await deps.profiles.get(
        caller.accountId,
        input.DomainId ?? '',
        input.UserProfileName ?? '',
      );
      if (profile.status !== 'InService') {
        throw validationError(
          `User Profile [${profile.name}] is not InService but ${profile.status}.`,
        );
      }
      const space = await spaceOf(profile, input.SpaceName);
      if (space.ownerProfile !== profile.name) {
        throw accessDenied(
          caller.arn,
          'sagemaker:CreatePresignedDomainUrl',
          profileArn({ accountId: caller.accountId, region }, profile.domainId, profile.name),
        );
      }
      const ticket = await deps.access.mintTicket(
        {
          accountId: caller.accountId,
          domainId: profile.domainId,
          profile: profile.name,
          spaceName: space.name,
        },
        { seconds, landing, sessionSeconds },
      );
      const label = originLabel(caller.accountId, profile.domainId, profile.name);
      return {
        AuthorizedUrl: `http://${label}.${SPACES_DOMAIN}:${deps.publicPort()}${TICKET_PATH}?token=${ticket}`,
      };
    },
  });
};
