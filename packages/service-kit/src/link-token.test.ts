import { v7 as uuidv7 } from 'uuid';
import { expect, it } from 'vitest';
import { mintLinkToken, readLinkToken } from './link-token.ts';

it('reads back what it minted, and nothing else', () => {
  const tenantId = uuidv7();
  const id = uuidv7();
  const { token, hash } = mintLinkToken(tenantId, id);
  expect(readLinkToken(token)).toEqual({ tenantId, id, hash });
  expect(mintLinkToken(tenantId, id).token).not.toBe(token);
  for (const other of [
    '',
    'x',
    token.slice(1),
    `${token}A`,
    `${token.slice(0, -1)}=`,
    'ä'.repeat(86),
  ]) {
    expect(readLinkToken(other)).toBeNull();
  }
});

it('gives another hash to a secret that differs in one character', () => {
  const { token, hash } = mintLinkToken(uuidv7(), uuidv7());
  const changed = `${token.slice(0, 60)}${token[60] === 'A' ? 'B' : 'A'}${token.slice(61)}`;
  expect(readLinkToken(changed)?.hash).not.toBe(hash);
});
