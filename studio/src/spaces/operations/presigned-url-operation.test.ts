import { expect, it } from 'vitest';
import { landingPath } from './presigned-url-operation.ts';

it('opens JupyterLab, or a file of the home in it', () => {
  expect(landingPath(undefined)).toBe('/lab');
  expect(landingPath('app:JupyterLab:')).toBe('/lab');
  expect(landingPath('app:JupyterLab:/lab/tree/churn.ipynb')).toBe('/lab/tree/churn.ipynb');
  expect(landingPath('app:JupyterLab:lab/tree/a%20b/c.ipynb')).toBe('/lab/tree/a%20b/c.ipynb');
});

it.each([
  'studio::',
  'app:Canvas:',
  'app:JupyterLab://elsewhere.test',
  'app:JupyterLab:api/kernels',
  'app:JupyterLab:lab/../api',
  'app:JupyterLab:lab\r\nx: y',
])('leads nowhere else: %j', (uri) => {
  expect(() => landingPath(uri)).toThrow('LandingUri');
});
