import { describe, expect, it } from 'vitest';
import { selectDebianSources } from './debian-source.ts';

describe('the Debian source of the image', () => {
  it('takes the stanzas of the suite and leaves other vendors out', () => {
    const own =
      'Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\nComponents: main';
    const security =
      'Types: deb\nURIs: http://mirror.test/debian-security\nSuites: bookworm-security\nComponents: main';
    const sourceOnly = 'Types: deb-src\nURIs: http://mirror.test/debian\nSuites: bookworm';
    const vendor =
      'Types: deb\nURIs: https://vendor.test/node_20.x\nSuites: nodistro\nComponents: main';
    const text = [own, security, sourceOnly, vendor].join('\n\n');

    expect(selectDebianSources([{ name: 'debian.sources', text }], 'bookworm')).toBe(
      `${own}\n\n${security}\n`,
    );
  });

  it('takes one-line entries of the suite', () => {
    const text = [
      'deb http://mirror.test/debian bookworm main',
      '# deb http://mirror.test/debian bookworm contrib',
      'deb http://mirror.test/debian trixie main',
      'deb https://packages.vendor.test/apt cloud-sdk-bookworm main',
    ].join('\n');
    expect(selectDebianSources([{ name: 'sources.list', text }], 'bookworm')).toBe(
      'deb http://mirror.test/debian bookworm main\n',
    );
  });
});
