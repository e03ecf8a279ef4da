import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { exit, stderr, stdout } from 'node:process';
import { findViolations } from './boundaries.ts';

/** Everything that git knows or would add: what nobody commits is nobody's module. */
const paths = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard', '*.ts', '*.tsx'])
  .toString()
  .split('\0')
  .filter((path) => path.includes('/') && !path.endsWith('.config.ts') && !path.endsWith('.d.ts'));

const sources = paths.flatMap((path) => {
  try {
    return [{ path, text: readFileSync(path, 'utf8') }];
  } catch (cause) {
    // Known to git and deleted in the working tree.
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
});
if (sources.length === 0) {
  stderr.write('no module was found: the gate would pass whatever the tree looks like\n');
  exit(1);
}
const violations = findViolations(sources);
for (const { path, line, message } of violations) stderr.write(`${path}:${line} ${message}\n`);
stdout.write(`${sources.length} modules, ${violations.length} violations\n`);
exit(violations.length === 0 ? 0 : 1);
