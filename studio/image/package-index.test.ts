import { describe, expect, it } from 'vitest';
import { packageIndex } from './package-index.ts';

describe('the package index configuration of the image build', () => {
  it('carries what pip needs and nothing else of the environment', () => {
    const index = packageIndex({
      PIP_INDEX_URL: "https://user:it's@index.test/simple",
      PIP_FIND_LINKS: '/opt/wheels',
      PIP_CERT: '/etc/ssl/ca.crt',
      SSL_CERT_FILE: '/etc/ssl/ca.crt',
      https_proxy: 'http://proxy.test:3128',
      AWS_SECRET_ACCESS_KEY: 'secret',
    });
    expect(index.script).toBe(
      "PIP_INDEX_URL='https://user:it'\\''s@index.test/simple'\n" +
        "PIP_CERT='/etc/ssl/ca.crt'\n" +
        "SSL_CERT_FILE='/etc/ssl/ca.crt'\n" +
        "https_proxy='http://proxy.test:3128'\n",
    );
    expect(index.certificates).toEqual(['/etc/ssl/ca.crt']);
  });
});
