/** The parts of `npm test`, in the order they run in; each but `check` is a vitest project of the same name. */
export interface Suite {
  readonly name: string;
  /** Where its tests are; null: beside the sources. */
  readonly folder: string | null;
  /** Talks to a running instance, which one run shares between all such suites. */
  readonly usesStack: boolean;
  /** Runs containers: the workbench image is built before. */
  readonly usesImage: boolean;
}

export const suites: readonly Suite[] = [
  { name: 'check', folder: null, usesStack: false, usesImage: false },
  { name: 'ports', folder: null, usesStack: false, usesImage: false },
  { name: 'services', folder: null, usesStack: false, usesImage: true },
  { name: 'contract', folder: 'tests/contract', usesStack: true, usesImage: true },
  { name: 'clients', folder: 'tests/clients', usesStack: true, usesImage: true },
  { name: 'isolation', folder: 'tests/isolation', usesStack: true, usesImage: true },
  { name: 'journey', folder: 'tests/acceptance', usesStack: true, usesImage: true },
  { name: 'browser', folder: 'tests/browser', usesStack: true, usesImage: true },
  // Last and alone: it breaks what it starts.
  { name: 'chaos', folder: 'tests/chaos', usesStack: false, usesImage: true },
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
