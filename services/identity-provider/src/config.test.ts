import { expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const complete = {
  DATABASE_URL: 'postgresql://identity_provider_app:x@db/atelier',
  ISSUER: 'https://id.example',
  API_AUDIENCE: 'https://crm.example/api',
  SIGNING_KEYS_FILE: '/run/secrets/keys.json',
  COOKIE_SECRET: 'sixteen letters!',
  CLIENTS:
    '[{"clientId":"crm","clientSecret":"sixteen letters!","name":"CRM","origin":"https://crm.example"}]',
};

it('reads an environment that is whole', () => {
  expect(loadConfig(complete)).toMatchObject({ port: 8080, clients: [{ clientId: 'crm' }] });
});

it('names every fault at once', () => {
  const faulty = { ...complete, ISSUER: 'x', CLIENTS: '[', COOKIE_SECRET: 'short' };
  for (const name of ['ISSUER', 'CLIENTS', 'COOKIE_SECRET']) {
    expect(() => loadConfig(faulty)).toThrow(new RegExp(`^ {2}${name}: `, 'm'));
  }
});
