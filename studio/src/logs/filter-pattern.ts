import type { Pattern } from './log-store.ts';
import { invalidParameter } from './logs-errors.ts';

/** Terms: `word`, `"several words"`, `?either ?or`, `-without`. Throws for JSON, space-delimited and regex patterns. */
export function parseFilterPattern(text: string | undefined): Pattern {
  const all: string[] = [];
  const any: string[] = [];
  const none: string[] = [];
  const pattern = (text ?? '').trim();
  if (/^[{[%]/.test(pattern)) {
    throw invalidParameter('Invalid filter pattern: only patterns of terms are supported');
  }
  const terms = /([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))\s*/gy;
  let end = 0;
  for (const match of pattern.matchAll(terms)) {
    end = match.index + match[0].length;
    const term = match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '';
    if (term === '') continue;
    if (match[1] === '?') any.push(term);
    else if (match[1] === '-') none.push(term);
    else all.push(term);
  }
  if (end !== pattern.length) throw invalidParameter('Invalid filter pattern');
  return { all, any, none };
}
