import type { JWK } from 'jose';
import { interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Pool } from 'pg';
import type { AccountStore } from './account-store.ts';
import type { Page, Pages } from './pages.ts';
import { createPostgresAdapter } from './postgres-adapter.ts';

/** A web application that signs people in through the front-door; one per origin. */
export interface WebClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  /** `http://crm.atelier.localhost:8080` */
  readonly origin: string;
}

/** The command line's client: public, by the device flow. */
export const CLI_CLIENT_ID = 'atelier-cli';

/** The scope of a token that the API takes. */
const API_SCOPE = 'api';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const show = (ctx: KoaContextWithOIDC, { html, contentSecurityPolicy }: Page): void => {
  ctx.type = 'html';
  ctx.set('content-security-policy', contentSecurityPolicy);
  ctx.body = html;
};

/** Cookies do not know ports, so their names do; `__Host-` needs https. */
const cookieNames = (issuer: string) => {
  const { protocol, port } = new URL(issuer);
  const name = `atelier-${port || (protocol === 'https:' ? '443' : '80')}-id`;
  return {
    session: protocol === 'https:' ? `__Host-${name}-session` : `${name}-session`,
    interaction: `${name}-interaction`,
    resume: `${name}-resume`,
  };
};

/** The command line is confirmed by its code; asking for consent once more would tell nothing new. */
const signInOnly = () => {
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.remove('native_client_prompt');
  return policy;
};

/**
 * The OpenID provider: code with PKCE for the applications, device flow for the command line. It tells who somebody is and
 * knows neither tenants nor roles.
 */
export const createProvider = (deps: {
  pool: Pool;
  accounts: AccountStore;
  pages: Pages;
  issuer: string;
  /** Audience of the access tokens that the API takes. */
  apiAudience: string;
  clients: readonly WebClient[];
  signingKeys: readonly JWK[];
  cookieSecret: string;
}): Provider => {
  const { accounts, pages } = deps;
  const longCookie = { httpOnly: true, sameSite: 'lax', signed: true } as const;

  const provider = new Provider(deps.issuer, {
    adapter: createPostgresAdapter(deps),
    jwks: { keys: [...deps.signingKeys] },
    clients: [
      ...deps.clients.map((client) => ({
        client_id: client.clientId,
        client_secret: client.clientSecret,
        client_name: client.name,
        redirect_uris: [`${client.origin}/auth/callback`],
        post_logout_redirect_uris: [`${client.origin}/`],
        response_types: ['code' as const],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_basic' as const,
      })),
      {
        client_id: CLI_CLIENT_ID,
        client_name: 'Atelier on the command line',
        application_type: 'native' as const,
        redirect_uris: [],
        response_types: [],
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        token_endpoint_auth_method: 'none' as const,
      },
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access'],
    // Who somebody is, and nothing of what he is called: an ID token travels in the address of a sign-out.
    claims: { openid: ['sub'] },
    ttl: {
      AccessToken: 10 * MINUTE,
      AuthorizationCode: MINUTE,
      DeviceCode: 10 * MINUTE,
      Grant: 14 * 24 * HOUR,
      IdToken: 10 * MINUTE,
      Interaction: 30 * MINUTE,
      RefreshToken: 14 * 24 * HOUR,
      Session: 12 * HOUR,
    },
    cookies: {
      keys: [deps.cookieSecret],
      names: cookieNames(deps.issuer),
      long: longCookie,
      short: longCookie,
    },
    interactions: {
      policy: signInOnly(),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    findAccount: async (_ctx, subject) => {
      const account = await accounts.find(subject);
      if (account === null || account.disabled) return undefined;
      return { accountId: account.id, claims: () => ({ sub: account.id }) };
    },
    // All clients are the product's own: being signed in is consent.
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const known = session.grantIdFor(client.clientId);
      const grant =
        (known === undefined ? undefined : await ctx.oidc.provider.Grant.find(known)) ??
        new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid offline_access');
      grant.addResourceScope(deps.apiAudience, API_SCOPE);
      await grant.save();
      return grant;
    },
    issueRefreshToken: async (_ctx, client) => client.clientId === CLI_CLIENT_ID,
    features: {
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: async (ctx, form, _out, error) =>
          show(
            ctx,
            pages.deviceCode(
              form,
              error === undefined || error === null ? null : 'This code is not known, or used.',
            ),
          ),
        userCodeConfirmSource: async (ctx, form, client, _device, userCode) =>
          show(ctx, pages.confirmDevice(form, userCode, client.clientName ?? client.clientId)),
        successSource: async (ctx) => show(ctx, pages.deviceConnected()),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, client) =>
          client?.clientId === CLI_CLIENT_ID ? deps.apiAudience : [],
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== deps.apiAudience) throw new Error('there is no such resource');
          return {
            scope: API_SCOPE,
            audience: deps.apiAudience,
            accessTokenTTL: 10 * MINUTE,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
      revocation: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => show(ctx, pages.signOut(form)),
        postLogoutSuccessSource: async (ctx) => show(ctx, pages.signedOut()),
      },
      userinfo: { enabled: false },
    },
    renderError: async (ctx, out) =>
      show(ctx, pages.fault(out.error_description ?? out.error ?? 'The request is not valid.')),
  });
  // Only the front-door reaches the listener, and it says for whom.
  provider.proxy = true;
  return provider;
};
