/** SQL with every string literal and quoted name replaced by its kind: what a value may never change. */
export function skeleton(sql: string): string {
  let out = '';
  let at = 0;
  const skipQuoted = (quote: string, backslashes: boolean): void => {
    at += 1;
    for (;;) {
      if (at >= sql.length) throw new Error('a literal does not end');
      if (backslashes && sql[at] === '\\') at += 2;
      else if (sql[at] === quote && sql[at + 1] === quote) at += 2;
      else if (sql[at] === quote) break;
      else at += 1;
    }
    at += 1;
  };
  while (at < sql.length) {
    const letter = sql[at] ?? '';
    if ((letter === 'E' || letter === 'e') && sql[at + 1] === "'") {
      at += 1;
      skipQuoted("'", true);
      out += '?';
    } else if (letter === "'") {
      // Without E a backslash is a letter only while standard_conforming_strings is on: none may stand there.
      const from = at;
      skipQuoted("'", false);
      out += sql.slice(from, at).includes('\\') ? '!' : '?';
    } else if (letter === '"') {
      const from = at;
      skipQuoted('"', false);
      out += sql.slice(from, at);
    } else {
      out += letter;
      at += 1;
    }
  }
  return out;
}
