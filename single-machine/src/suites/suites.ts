/** The parts of `npm test`, in the order they run in; each but `check` is a vitest project of the same name. */
export interface Suite {
  readonly name: string;
  /** Where its tests are; null: beside the sources. */
  readonly folder: string | null;
  /** Talks to a running instance, which one run shares between all such suites. */
  readonly usesStack: boolean;
}

export const suites: readonly Suite[] = [
  { name: 'check', folder: null, usesStack: false },
  { name: 'ports', folder: null, usesStack: false },
  { name: 'services', folder: null, usesStack: false },
  { name: 'contract', folder: 'tests/contract', usesStack: true },
  { name: 'clients', folder: 'tests/clients', usesStack: true },
  { name: 'isolation', folder: 'tests/isolation', usesStack: true },
  { name: 'journey', folder: 'tests/acceptance', usesStack: true },
  { name: 'browser', folder: 'tests/browser', usesStack: true },
  // Last and alone: it breaks what it starts.
  { name: 'chaos', folder: 'tests/chaos', usesStack: false },
];

/** All suites, or the one named; throws, naming them, when there is none of that name. */
export function chooseSuites(name: string | undefined): readonly Suite[] {
  if (name === undefined) return suites;
  const chosen = suites.filter((suite) => suite.name === name);
  if (chosen.length === 0) {
    throw new Error(
      `'${name}' is no suite; there are: ${suites.map((suite) => suite.name).join(', ')}`,
    );
  }
  return chosen;
}
