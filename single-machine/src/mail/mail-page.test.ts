import { expect, test } from 'vitest';
import { linkText, listPage, mailPage } from './mail-page.ts';

const mail = {
  id: '0abcdefgh-00000000',
  receivedAt: '2026-01-02T03:04:05.000Z',
  from: 'Atelier <no-reply@atelier.localhost>',
  to: ['tess@foo.example'],
  subject: '<script>alert(1)</script>',
  text: 'Hello <b>,\nopen https://a.example/x?y=1&z="2" now',
  links: ['https://a.example/x?y=1&z='],
};

test('nothing in a mail becomes markup', () => {
  for (const html of [mailPage(mail), listPage([mail])]) {
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
  }
  expect(mailPage(mail)).toContain('Hello &lt;b&gt;');
});

test('addresses in the text are links, the text around them is kept', () => {
  expect(linkText(mail)).toBe(
    'Hello &lt;b&gt;,\nopen <a href="https://a.example/x?y=1&amp;z=">https://a.example/x?y=1&amp;z=</a>&quot;2&quot; now',
  );
});

test('an address that occurs twice is linked twice', () => {
  const link = 'https://a.example';
  expect(linkText({ text: `${link} ${link}`, links: [link, link] })).toBe(
    `<a href="${link}">${link}</a> <a href="${link}">${link}</a>`,
  );
});
