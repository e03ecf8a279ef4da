import { expect, test } from 'vitest';
import { portOffsets } from './addresses.ts';
import { loadInstance } from './instance.ts';

test('the port decides the home and every address', () => {
  const instance = loadInstance({ ATELIER_PORT: '9000' }, true);
  expect(instance.home).toBe('/var/lib/atelier/9000');
  expect(instance.addresses.crm).toBe('http://crm.atelier.localhost:9000');
  expect(instance.addresses.studio).toBe('http://127.0.0.1:9001');
  expect(instance.portOf('postgres-replica')).toBe(9003);
});

test('without variables it is port 8080, and a home of the person who starts it', () => {
  expect(loadInstance({}, false).home).toMatch(/\.local\/share\/atelier\/8080$/);
});

test.each(['80', 'http', '8080.5', '70000'])('port %s is refused by name', (port) => {
  expect(() => loadInstance({ ATELIER_PORT: port })).toThrow(/ATELIER_PORT/);
});

test('no two listeners share a port', () => {
  const offsets = Object.values(portOffsets);
  expect(new Set(offsets).size).toBe(offsets.length);
});
