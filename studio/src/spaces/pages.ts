import type { ServerResponse } from 'node:http';

interface PageText {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

export const PAGES = {
  expired: {
    status: 401,
    title: 'This link is used up',
    text: 'A link to a notebook works once and for a short time. Open the notebook again from the product.',
  },
  notRunning: {
    status: 503,
    title: 'This notebook is not running',
    text: 'It was stopped or is still starting. Your files are kept. Open it again from the product.',
  },
  refused: {
    status: 403,
    title: 'Not from there',
    text: 'Another page tried to use this notebook. Nothing was done.',
  },
} as const satisfies Record<string, PageText>;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Answers with a page of one sentence and one button. */
export const sendPage = (
  response: ServerResponse,
  page: PageText,
  launchPageUrl: string | null,
): void => {
  const button =
    launchPageUrl === null
      ? ''
      : `<p><a class="button" href="${escapeHtml(launchPageUrl)}">Open the notebook</a></p>`;
  response.writeHead(page.status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  });
  response.end(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${page.title}</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto 0; padding: 0 1rem }
h1 { font-size: 1.5rem }
.button { display: inline-block; padding: .6rem 1.2rem; border-radius: .4rem; background: #1f4f8f; color: #fff; text-decoration: none }
.button:focus-visible { outline: 3px solid #e0a100; outline-offset: 2px }
</style>
</head>
<body><main><h1>${page.title}</h1><p>${page.text}</p>${button}</main></body>
</html>
`);
};
