import { expect, it } from 'vitest';
import { strangersKey } from '../testing/strangers-key.ts';
import { loadConfig } from './config.ts';

const complete = {
  PORT: '9000',
  DATABASE_URL: 'postgresql://front_door_app:x@db/atelier',
  OPERATOR_DATABASE_URL: 'postgresql://front_door_operator:x@db/atelier',
  EVENTS_DATABASE_URL: 'postgresql://cloud:x@db/atelier',
  SIGNING_KEY: JSON.stringify({ ...strangersKey(), kid: 'k' }),
  COOKIE_SECRET: 'sixteen letters!',
  APPLICATIONS_DIRECTORY: '/srv/apps',
  ...Object.fromEntries(
    ['LANDING', 'CRM', 'ADMIN'].flatMap((name) => [
      [`${name}_ORIGIN`, `https://${name.toLowerCase()}.example`],
      [`${name}_CLIENT_ID`, name],
      [`${name}_CLIENT_SECRET`, 'sixteen letters!'],
    ]),
  ),
  ...Object.fromEntries(
    [
      ...['REGISTRATION', 'TENANT_MANAGEMENT', 'USER_MANAGEMENT', 'CUSTOMER_MANAGEMENT'],
      ...['WORKBENCH_MANAGEMENT', 'DATA_MANAGEMENT'],
    ].map((name) => [`${name}_URL`, `http://${name.toLowerCase().replaceAll('_', '-')}`]),
  ),
  OIDC_ISSUER: 'https://id.example',
  OIDC_API_AUDIENCE: 'https://crm.example/api',
  WORKBENCH_ISSUER: 'https://sts.example',
  WORKBENCH_JWKS_URI: 'https://sts.example/jwks',
  WORKBENCH_AUDIENCE: 'https://crm.example',
};

it('reads an environment that is whole', () => {
  const config = loadConfig(complete);
  expect(config).toMatchObject({
    port: 9000,
    accessTokens: { type: 'at+jwt', algorithms: ['ES256'], requiredClaims: {} },
    serviceAddresses: { 'tenant-management': 'http://tenant-management' },
  });
  expect(config.applications.map(({ name, directory }) => [name, directory])).toEqual([
    ['landing', '/srv/apps/landing'],
    ['crm', '/srv/apps/crm'],
    ['admin', '/srv/apps/admin'],
  ]);
});

it('takes what Cognito needs', () => {
  const { accessTokens } = loadConfig({
    ...complete,
    OIDC_ACCESS_TOKEN_TYPE: '',
    OIDC_ALGORITHMS: 'RS256',
    OIDC_REQUIRED_CLAIMS: '{"token_use":"access"}',
  });
  expect(accessTokens).toMatchObject({
    type: null,
    algorithms: ['RS256'],
    requiredClaims: { token_use: 'access' },
  });
});

it('names every fault at once', () => {
  const faulty = { ...complete, PORT: 'x', CRM_ORIGIN: 'https://crm.example/', SIGNING_KEY: '{' };
  const missing = { ...faulty, DATABASE_URL: undefined };
  for (const name of ['PORT', 'CRM_ORIGIN', 'SIGNING_KEY', 'DATABASE_URL']) {
    expect(() => loadConfig(missing)).toThrow(new RegExp(`^ {2}${name}: `, 'm'));
  }
});

it('refuses algorithms whose verifier could sign', () => {
  expect(() => loadConfig({ ...complete, OIDC_ALGORITHMS: 'ES256 HS256' })).toThrow(/asymmetric/);
  expect(() => loadConfig({ ...complete, OIDC_ALGORITHMS: 'none' })).toThrow(/asymmetric/);
});
