import type { Mail, MailSummary } from './mail-store.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

export const styleSheet = `:root { color-scheme: light dark; --text: #1a1b1e; --quiet: #4a4f57; --ground: #ffffff; --line: #d3d7dd; --link: #1358a8; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --quiet: #b3b9c1; --ground: #16181c; --line: #3a3f47; --link: #8ab8f2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: 0.15em; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
ul { list-style: none; margin: 0; padding: 0; }
li { border-top: 1px solid var(--line); padding: 0.75rem 0; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0 0 1.5rem; }
dt, .quiet { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { border-top: 1px solid var(--line); margin: 0; padding-top: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
`;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Caught mail</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

const timeElement = (receivedAt: string) =>
  `<time datetime="${receivedAt}">${receivedAt.slice(0, 19).replace('T', ' ')} UTC</time>`;

export function listPage(mails: readonly MailSummary[]): string {
  const items = mails.map(
    ({ id, subject, to, receivedAt }) =>
      `<li><a href="/messages/${id}">${escapeHtml(subject || '(no subject)')}</a><br><span class="quiet">to ${escapeHtml(to.join(', '))}, ${timeElement(receivedAt)}</span></li>`,
  );
  return page(
    'Inbox',
    `<h1>Caught mail</h1>
<p class="quiet">On one machine Atelier sends no mail; what it would have sent is kept here.</p>
${items.length > 0 ? `<ul>\n${items.join('\n')}\n</ul>` : '<p>Nothing has been sent yet.</p>'}`,
  );
}

/** The text with its addresses as links; nothing else in it is taken for markup. */
export function linkText({ text, links }: Pick<Mail, 'text' | 'links'>): string {
  let rest = text;
  let html = '';
  for (const link of links) {
    const at = rest.indexOf(link);
    html += `${escapeHtml(rest.slice(0, at))}<a href="${escapeHtml(link)}">${escapeHtml(link)}</a>`;
    rest = rest.slice(at + link.length);
  }
  return html + escapeHtml(rest);
}

export function mailPage(mail: Mail): string {
  return page(
    mail.subject || '(no subject)',
    `<p><a href="/">All mail</a></p>
<h1>${escapeHtml(mail.subject || '(no subject)')}</h1>
<dl>
<dt>From</dt><dd>${escapeHtml(mail.from)}</dd>
<dt>To</dt><dd>${escapeHtml(mail.to.join(', '))}</dd>
<dt>Received</dt><dd>${timeElement(mail.receivedAt)}</dd>
</dl>
<pre>${linkText(mail)}</pre>`,
  );
}

export function absentPage(): string {
  return page('No such mail', '<h1>No such mail</h1>\n<p><a href="/">All mail</a></p>');
}
