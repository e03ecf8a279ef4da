import { createHash } from 'node:crypto';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in markup, also inside a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

const STYLE = `
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#1b1f24;--quiet:#525a66;--line:#8a929e;--accent:#0b5f58;--on-accent:#fff;--fault:#a3160f}
@media (prefers-color-scheme:dark){:root{--ground:#14171a;--card:#1d2125;--ink:#eceef0;--quiet:#b3bac3;--line:#7c8590;--accent:#6fd0c4;--on-accent:#06211e;--fault:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:24rem;padding:2rem;border-radius:.75rem;background:var(--card)}
h1{margin:0 0 1rem;font-size:1.4rem;line-height:1.25}
p{margin:0 0 1rem;color:var(--quiet)}
label{display:block;margin:0 0 .25rem;font-weight:600}
input:not([type=hidden]){display:block;width:100%;min-height:2.75rem;margin:0 0 1rem;padding:.5rem .75rem;border:1px solid var(--line);border-radius:.5rem;background:transparent;color:inherit;font:inherit}
button{width:100%;min-height:2.75rem;padding:.5rem 1rem;border:0;border-radius:.5rem;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer}
button.quiet{margin-top:.75rem;background:transparent;color:inherit;box-shadow:inset 0 0 0 1px var(--line)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.fault{color:var(--fault);font-weight:600}
.code{font:600 1.5rem/1.5 ui-monospace,monospace;letter-spacing:.1em;color:inherit}
`;

/** Submits the one form of a page where scripts run; without them its button does. */
const AUTO_SUBMIT = `document.forms[0].requestSubmit(document.querySelector('button'))`;

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export interface Page {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

/** Makes the provider's few pages; `formTargets` are the origins that a submitted form may end up at. */
export const createPages = ({ formTargets }: { formTargets: readonly string[] }) => {
  const page = (title: string, content: string, script = ''): Page => ({
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Atelier</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
${script === '' ? '' : `<script>${script}</script>`}
</body>
</html>
`,
    contentSecurityPolicy: [
      "default-src 'none'",
      `style-src ${hashOf(STYLE)}`,
      ...(script === '' ? [] : [`script-src ${hashOf(script)}`]),
      // Browsers hold the redirects that follow a submitted form to this, too.
      `form-action 'self' ${formTargets.join(' ')}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  });

  const fault = (text: string | null): string =>
    text === null ? '' : `<p class="fault" role="alert">${escapeHtml(text)}</p>`;

  return {
    signIn: (given: { action: string; email: string; fault: string | null }) =>
      page(
        'Sign in',
        `${fault(given.fault)}
<form method="post" action="${escapeHtml(given.action)}">
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="${escapeHtml(given.email)}"${given.email === '' ? ' autofocus' : ''}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200"${given.email === '' ? '' : ' autofocus'}>
<button type="submit">Sign in</button>
</form>`,
      ),
    /** `form` comes from oidc-provider: an empty form `op.logoutForm` with its own protection. */
    signOut: (form: string) =>
      page(
        'Sign out',
        `<p>This ends your session at the sign-in service, too.</p>
${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button class="quiet" type="submit" form="op.logoutForm">Stay signed in</button>`,
        AUTO_SUBMIT,
      ),
    signedOut: () => page('Signed out', '<p>You can close this tab.</p>'),
    /** `form` comes from oidc-provider: `op.deviceInputForm` with the field for the code. */
    deviceCode: (form: string, wrong: string | null) =>
      page(
        'Connect a device',
        `${fault(wrong)}
<p>Enter the code that the program shows you.</p>
${form}
<button type="submit" form="op.deviceInputForm">Continue</button>`,
      ),
    confirmDevice: (form: string, userCode: string, client: string) =>
      page(
        'Is this your device?',
        `<p>${escapeHtml(client)} asks to act for you. Go on only if it shows this code:</p>
<p class="code">${escapeHtml(userCode)}</p>
${form}
<button type="submit" form="op.deviceConfirmForm">It is mine</button>
<button class="quiet" type="submit" form="op.deviceConfirmForm" name="abort" value="yes">It is not</button>`,
      ),
    deviceConnected: () =>
      page('Connected', '<p>Go back to the program; it goes on by itself.</p>'),
    fault: (text: string) =>
      page(
        'That did not work',
        `<p>${escapeHtml(text)}</p><p>Go back to where you came from and sign in again.</p>`,
      ),
  };
};
export type Pages = ReturnType<typeof createPages>;
