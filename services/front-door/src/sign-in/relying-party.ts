import * as openid from 'openid-client';
import type { Application, ApplicationName } from '../applications/application.ts';
import { loopbackFetch } from '../loopback-fetch.ts';
import type { SignInTransaction } from './transaction-cookie.ts';

/** Who came back from the provider, proven. */
export interface ProvenPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly idToken: string;
}

/** Only who it is: names and addresses are user-management's. */
const SCOPE = 'openid';

/** The front-door as a client of the configured OpenID provider, once per application. */
export const createRelyingParty = ({ issuer }: { issuer: string }) => {
  const known = new Map<ApplicationName, Promise<openid.Configuration>>();

  const discover = (application: Application): Promise<openid.Configuration> =>
    openid.discovery(
      new URL(issuer),
      application.clientId,
      undefined,
      openid.ClientSecretBasic(application.clientSecret),
      {
        [openid.customFetch]: loopbackFetch,
        ...(new URL(issuer).protocol === 'http:'
          ? { execute: [openid.allowInsecureRequests] }
          : {}),
      },
    );

  const configurationOf = (application: Application): Promise<openid.Configuration> => {
    let found = known.get(application.name);
    if (found === undefined) {
      found = discover(application);
      known.set(application.name, found);
      // A provider that is not up yet is asked again next time.
      found.catch(() => known.delete(application.name));
    }
    return found;
  };

  const redirectUri = (application: Application): string => `${application.origin}/auth/callback`;

  return {
    /** Where to send the browser, and what to remember until it is back. `again`: ask even who is signed in there. */
    begin: async (
      application: Application,
      again: boolean,
    ): Promise<{ location: string; remember: Omit<SignInTransaction, 'application' | 'next'> }> => {
      const configuration = await configurationOf(application);
      const remember = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
      };
      const location = openid.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri(application),
        scope: SCOPE,
        state: remember.state,
        nonce: remember.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(remember.verifier),
        code_challenge_method: 'S256',
        ...(again ? { prompt: 'login' } : {}),
      });
      return { location: location.href, remember };
    },

    /** Exchanges the code in `query`. Throws when state, nonce, issuer, code or token are not what they must be. */
    finish: async (
      application: Application,
      query: string,
      remembered: SignInTransaction,
    ): Promise<ProvenPerson> => {
      const tokens = await openid.authorizationCodeGrant(
        await configurationOf(application),
        new URL(`${redirectUri(application)}${query}`),
        {
          expectedState: remembered.state,
          expectedNonce: remembered.nonce,
          pkceCodeVerifier: remembered.verifier,
          idTokenExpected: true,
        },
      );
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined) throw new Error('no ID token');
      return { issuer: claims.iss, subject: claims.sub, idToken: tokens.id_token };
    },

    /** Where the provider ends its own session; null when it has no such address. */
    endSession: async (application: Application, idToken: string): Promise<string | null> => {
      const configuration = await configurationOf(application);
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
      return openid.buildEndSessionUrl(configuration, {
        id_token_hint: idToken,
        post_logout_redirect_uri: `${application.origin}/`,
      }).href;
    },
  };
};
export type RelyingParty = ReturnType<typeof createRelyingParty>;
