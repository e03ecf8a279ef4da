import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Stanzas of deb822 files and one-line entries that serve the suite, as this machine already uses them. */
export const selectDebianSources = (
  files: readonly { name: string; text: string }[],
  suite: string,
): string => {
  const serves = (text: string): boolean =>
    new RegExp(`\\b${suite}(-updates|-security)?(/|\\s|$)`, 'm').test(text) &&
    /\bdebian(-security)?\b/.test(text);
  const chosen = files.flatMap(({ name, text }) =>
    name.endsWith('.sources')
      ? text
          .split(/\n\s*\n/)
          .filter((stanza) => /^Types:(.*\s)?deb(\s|$)/m.test(stanza) && serves(stanza))
      : text.split('\n').filter((line) => line.startsWith('deb ') && serves(line)),
  );
  return chosen.map((entry) => `${entry.trim()}\n`).join('\n');
};

/** The machine's own Debian source for `suite`; throws with what to do when it has none. */
export const readDebianSources = (
  suite: string,
  apt = '/etc/apt',
): { name: string; text: string } => {
  const names = [
    'sources.list',
    ...readdirSync(join(apt, 'sources.list.d')).map((name) => `sources.list.d/${name}`),
  ].filter((name) => name.endsWith('.list') || name.endsWith('.sources'));
  for (const style of ['.sources', '.list']) {
    const text = selectDebianSources(
      names.filter((name) => name.endsWith(style)).flatMap((name) => readIfThere(join(apt, name))),
      suite,
    );
    if (text !== '') return { name: `debian${style}`, text };
  }
  throw new Error(
    `No package source for Debian ${suite} in ${apt}: the workbench image is built from it. ` +
      `Add one (for example deb822 file ${apt}/sources.list.d/debian.sources) and try again.`,
  );
};

const readIfThere = (path: string): { name: string; text: string }[] => {
  try {
    return [{ name: path, text: readFileSync(path, 'utf8') }];
  } catch {
    return [];
  }
};
