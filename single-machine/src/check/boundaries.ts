import { posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import { forTests, ruleOf } from './rules.ts';

/** A source file, its path relative to the repository's root with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** `services/registration/src/app.ts` belongs to `services/registration`, `studio/src/main.ts` to `studio`. */
export function unitOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return ['apps', 'packages', 'services'].includes(first) ? `${first}/${second}` : first;
}

const isTest = (path: string) =>
  /\.(test|bench)\.tsx?$/.test(path) ||
  /\/(suites|testing|test)\//.test(path) ||
  /(^|[/-])test-[^/]*$/.test(path);
const isMain = (path: string) => path.endsWith('/main.ts');

/** Every specifier that a module names, types and dynamic imports included. */
function importsOf({ path, text }: Source): { specifier: string; offset: number }[] {
  const { module, errors } = parseSync(path, text);
  const fault = errors[0];
  if (fault) throw new Error(`${path} cannot be parsed: ${fault.message}`);
  const found = module.staticImports.map(({ moduleRequest, start }) => ({
    specifier: moduleRequest.value,
    offset: start,
  }));
  for (const { entries, start } of module.staticExports) {
    for (const { moduleRequest } of entries) {
      if (moduleRequest) found.push({ specifier: moduleRequest.value, offset: start });
    }
  }
  for (const { moduleRequest, start } of module.dynamicImports) {
    const quoted = text.slice(moduleRequest.start, moduleRequest.end);
    // A computed specifier names no module; what is quoted does.
    if (/^(['"`])[^$]*\1$/.test(quoted))
      found.push({ specifier: quoted.slice(1, -1), offset: start });
  }
  return found;
}

function judge(path: string, specifier: string): string | null {
  const unit = unitOf(path);
  if (specifier.startsWith('.')) {
    const target = unitOf(posix.normalize(posix.join(posix.dirname(path), specifier)));
    return target === unit ? null : `reaches into ${target} by a relative path: import its package`;
  }
  if (!specifier.startsWith('@atelier/')) return null;
  const rule = ruleOf(unit);
  if (!rule) return null;
  const allowed = [
    ...rule.sources,
    ...(isMain(path) ? (rule.main ?? []) : []),
    ...(isTest(path) ? forTests : []),
  ];
  if (allowed.includes(specifier)) return null;
  return `${unit} may not import ${specifier}`;
}

/** Every import that crosses a boundary which `rules.ts` does not open. */
export function findViolations(sources: readonly Source[]): Violation[] {
  return sources.flatMap((source) =>
    importsOf(source).flatMap(({ specifier, offset }) => {
      const message = judge(source.path, specifier);
      const line = source.text.slice(0, offset).split('\n').length;
      return message ? [{ path: source.path, line, message }] : [];
    }),
  );
}
