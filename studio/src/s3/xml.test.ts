import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsError } from '../wire/errors.ts';
import { childNodes, childText, document, element, readXml, xml } from './xml.ts';

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Characters that XML 1.0 can carry at all. */
const carried = fc
  .string({ unit: 'binary', maxLength: 30 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones it cannot carry
  .filter((text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text));

test('what is written is read back, whatever the text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(carried, { maxLength: 5 }), async (keys) => {
      const sent = document(
        'Delete',
        keys.map((key) => xml`<Object><Key>${key}</Key></Object>`),
      );
      const read = await readXml(bytesOf(sent.text), 'Delete');
      const got = childNodes(read, 'Object').map((node) => childText(node, 'Key'));
      expect(got).toEqual(keys);
    }),
  );
});

test('any other input is read or refused, never more', async () => {
  const fragment = fc.constantFrom(
    '<Delete>',
    '</Delete>',
    '<Key>',
    '</Key>',
    '&amp;',
    '&bogus;',
    '&#0;',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?xml?>',
    '<__proto__>',
    '</__proto__>',
    '\0',
    'x',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fragment, { maxLength: 12 }), async (fragments) => {
      const answer = await readXml(bytesOf(fragments.join('')), 'Delete').catch(
        (error: unknown) => error,
      );
      if (answer instanceof Error) expect(answer).toBeInstanceOf(AwsError);
    }),
    { numRuns: 500 },
  );
});

test('absent content makes no element; control characters become references', () => {
  expect(element('A', null).text).toBe('');
  expect(element('A', undefined).text).toBe('');
  expect(element('A', 'a\0b\r').text).toBe('<A>a&#x0;b&#xd;</A>');
});
