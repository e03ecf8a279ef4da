/** Who may import whom, as `architecture.md` draws it: a unit is a folder with a package of its own. */
export interface BoundaryRule {
  /** Packages of ours that its sources may import, by specifier. */
  readonly sources: readonly string[];
  /** More that its `main.ts` may import: the file that chooses adapters. */
  readonly main?: readonly string[];
}

const PORTS = '@atelier/cloud/ports';
const ADAPTERS = ['@atelier/cloud/single-machine', '@atelier/cloud/aws'] as const;
const MIDDLE = ['account-baseline', 'masking', 'model-slots', 'reconciler', 'service-kit'].map(
  (name) => `@atelier/${name}`,
);

/** What every test may import beyond its unit's rule: real adapters, a real PostgreSQL, the suites of the ports. */
export const forTests: readonly string[] = [
  ...ADAPTERS,
  '@atelier/cloud/suites',
  '@atelier/service-kit/testing',
  // Front-door signs people in at the provider it really has.
  '@atelier/identity-provider/testing',
  '@atelier/single-machine/testing',
  // The data that tests import.
  '@atelier/single-machine/shop',
];

const rules: Readonly<Record<string, BoundaryRule>> = {
  'packages/contracts': { sources: [] },
  'packages/account-baseline': { sources: [] },
  'packages/cloud': { sources: [] },
  'packages/web-kit': { sources: ['@atelier/contracts'] },
  'packages/service-kit': { sources: ['@atelier/contracts', '@atelier/reconciler', PORTS] },
  'packages/masking': { sources: ['@atelier/contracts', PORTS] },
  'packages/reconciler': { sources: [PORTS] },
  'packages/model-slots': {
    sources: ['@atelier/contracts', '@atelier/reconciler', '@atelier/service-kit', PORTS],
  },
  studio: {
    sources: ['@atelier/account-baseline', '@atelier/reconciler', PORTS],
    main: ADAPTERS,
  },
  tests: {
    sources: [
      '@atelier/contracts',
      '@atelier/masking',
      '@atelier/service-kit',
      '@atelier/account-baseline',
      '@atelier/single-machine',
      '@atelier/single-machine/inside',
      '@atelier/single-machine/journey',
      '@atelier/single-machine/people',
      '@atelier/single-machine/shop',
      '@atelier/single-machine/testing',
      '@atelier/studio/notebook-client',
      PORTS,
    ],
  },
};

/** Everything of ours may be composed here. */
const composes = (unit: string) => unit === 'single-machine';

/** The rule of a unit; null for one that may import whatever it likes. */
export function ruleOf(unit: string): BoundaryRule | null {
  if (composes(unit)) return null;
  if (unit.startsWith('apps/'))
    return { sources: ['@atelier/contracts', '@atelier/web-kit', '@atelier/web-kit/styles'] };
  if (unit.startsWith('services/')) {
    return { sources: ['@atelier/contracts', PORTS, ...MIDDLE], main: ADAPTERS };
  }
  const rule = rules[unit];
  if (!rule) throw new Error(`no boundary rule names the folder '${unit}': add one`);
  return rule;
}
