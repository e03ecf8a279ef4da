import { expect, test } from 'vitest';
import { loadConfig } from './config.ts';

const minimal = { DATABASE_URL: 'postgresql://localhost/studio', STUDIO_HOME: '/var/lib/studio' };

test('two variables are enough', () => {
  expect(loadConfig(minimal)).toMatchObject({
    port: 8081,
    host: '127.0.0.1',
    region: 'us-east-1',
    publicUrl: 'http://127.0.0.1:8081',
    services: null,
  });
});

test('all faults are reported together', () => {
  const faulty = {
    STUDIO_HOME: 'relative',
    STUDIO_PORT: '99999',
    STUDIO_REGION: 'local-1x',
    STUDIO_SERVICES: 'good,Bad Name',
  };
  expect(() => loadConfig(faulty)).toThrow(
    /STUDIO_PORT[\s\S]*STUDIO_HOME[\s\S]*STUDIO_REGION[\s\S]*Bad Name[\s\S]*DATABASE_URL/,
  );
});
