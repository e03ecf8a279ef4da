import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { malformedXml, messageTooLong } from './s3-errors.ts';

/** Text that is XML already. */
export class Xml {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | boolean | Xml | readonly Xml[] | null | undefined;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Control characters as references, also those that XML 1.0 forbids: so does Amazon, for keys that hold them. */
const escapeText = (text: string): string =>
  text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold them
    /[&<>"\u0000-\u001f]/g,
    (character) => entities[character] ?? `&#x${character.charCodeAt(0).toString(16)};`,
  );

function render(content: Content): string {
  if (content === null || content === undefined) return '';
  if (content instanceof Xml) return content.text;
  if (typeof content === 'object') return content.map((part) => part.text).join('');
  return escapeText(String(content));
}

/** Escapes what is put in, unless it is XML itself. */
export const xml = (strings: TemplateStringsArray, ...contents: readonly Content[]): Xml =>
  new Xml(String.raw({ raw: strings }, ...contents.map(render)));

/** `<name>content</name>`, or nothing when there is no content. */
export const element = (name: string, content: Content): Xml =>
  content === null || content === undefined
    ? new Xml('')
    : new Xml(`<${name}>${render(content)}</${name}>`);

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export const document = (name: string, content: Content): Xml =>
  new Xml(
    `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${namespace}">${render(content)}</${name}>`,
  );

/** An element's children by name; every child is a list, since the schema says how many may be there. */
export interface XmlNode {
  readonly [name: string]: readonly (XmlNode | string)[];
}

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: () => true,
});

const bodyLimitBytes = 4 << 20;

/** The parser refuses some documents that its validator lets pass, forbidden names among them. */
function parse(text: string): Record<string, unknown[] | undefined> {
  try {
    return parser.parse(text);
  } catch {
    throw malformedXml();
  }
}

/** Reads a small XML body whose root has this name. Throws `MalformedXML`, `MaxMessageLengthExceeded`. */
export async function readXml(body: AsyncIterable<Uint8Array>, root: string): Promise<XmlNode> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > bodyLimitBytes) throw messageTooLong();
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  // No document type: it could define entities that grow without bound.
  if (/<!DOCTYPE/i.test(text) || XMLValidator.validate(text) !== true) throw malformedXml();
  const node = parse(text)[root]?.[0];
  if (typeof node === 'string') return {};
  if (typeof node !== 'object' || node === null) throw malformedXml();
  return node as XmlNode;
}

export const childNodes = (node: XmlNode, name: string): readonly XmlNode[] =>
  (node[name] ?? []).map((child) => (typeof child === 'string' ? {} : child));

export const childNode = (node: XmlNode, name: string): XmlNode | null =>
  childNodes(node, name)[0] ?? null;

/** The text of the one child of that name; null when there is none. Throws `MalformedXML` for nested elements. */
export function childText(node: XmlNode, name: string): string | null {
  const child = node[name]?.[0];
  if (child === undefined) return null;
  if (typeof child !== 'string') throw malformedXml();
  return child;
}
