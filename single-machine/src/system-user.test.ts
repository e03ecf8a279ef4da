import { expect, test } from 'vitest';
import { findSystemUser } from './system-user.ts';

const passwd = `root:x:0:0:root:/root:/bin/bash
atelier-postgres2:x:995:995::/home/x:/usr/sbin/nologin
atelier-postgres:x:996:994::/home/atelier-postgres:/usr/sbin/nologin
`;

test('a system user is found by its whole name', () => {
  expect(findSystemUser(passwd, 'atelier-postgres')).toEqual({
    name: 'atelier-postgres',
    uid: 996,
    gid: 994,
  });
  expect(findSystemUser(passwd, 'atelier')).toBeNull();
});
