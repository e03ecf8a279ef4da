import { createHash } from 'node:crypto';

const STYLE =
  ':root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;font:1rem/1.5 system-ui,sans-serif}main{max-width:28rem;padding:2rem}';

/** Shown where a sign-in leads nowhere. `text` is ours, never the request's. */
export const createRefusalPage = (text: string) => ({
  html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not signed in · Atelier</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Not signed in</h1>
<p>${text}</p>
<p><a href="/auth/login?prompt=login">Sign in as somebody else</a></p>
</main>
</body>
</html>
`,
  contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`,
});
