import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';

export interface MailSummary {
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly receivedAt: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
}

export interface Mail extends MailSummary {
  readonly text: string;
  /** Every http address in the text, in order. */
  readonly links: readonly string[];
}

/** Mail that was caught instead of sent. */
export interface MailStore {
  add(raw: Buffer): Promise<string>;
  /** Newest first; `to`: only what was sent to that address. */
  list(filter?: { to?: string | undefined }): Promise<MailSummary[]>;
  get(id: string): Promise<Mail | null>;
}

const ID = /^[0-9a-z]{9}-[0-9a-f]{8}$/;
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]/g;

function addresses(field: AddressObject | AddressObject[] | undefined): string[] {
  return [field ?? []]
    .flat()
    .flatMap(({ value }) => value.map(({ address }) => (address ?? '').toLowerCase()));
}

function toMail(id: string, parsed: ParsedMail): Mail {
  const text = parsed.text ?? '';
  return {
    id,
    receivedAt: new Date(Number.parseInt(id.slice(0, 9), 36)).toISOString(),
    from: parsed.from?.text ?? '',
    to: addresses(parsed.to),
    subject: parsed.subject ?? '',
    text,
    links: text.match(LINK) ?? [],
  };
}

/** Keeps each mail as a file, the newest `keep` of them; ids sort by the time of arrival. */
export function createMailStore({
  folder,
  keep = 500,
}: {
  readonly folder: string;
  readonly keep?: number;
}): MailStore {
  const parsed = new Map<string, Mail>();

  async function ids(): Promise<string[]> {
    const files = await readdir(folder).catch((): string[] => []);
    return files
      .filter((file) => file.endsWith('.eml'))
      .map((file) => file.slice(0, -4))
      .filter((id) => ID.test(id))
      .sort()
      .reverse();
  }

  async function get(id: string): Promise<Mail | null> {
    if (!ID.test(id)) return null;
    const known = parsed.get(id);
    if (known) return known;
    const raw = await readFile(join(folder, `${id}.eml`)).catch(() => null);
    if (!raw) return null;
    const mail = toMail(id, await simpleParser(raw));
    parsed.set(id, mail);
    return mail;
  }

  async function prune(): Promise<void> {
    for (const id of (await ids()).slice(keep)) {
      parsed.delete(id);
      await rm(join(folder, `${id}.eml`), { force: true });
    }
  }

  return {
    get,
    async add(raw) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const id = `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(4).toString('hex')}`;
      const draft = join(folder, `.${id}`);
      await writeFile(draft, raw, { mode: 0o600 });
      await rename(draft, join(folder, `${id}.eml`));
      await prune();
      return id;
    },
    async list({ to } = {}) {
      const mails = await Promise.all((await ids()).map(get));
      return mails.flatMap((mail) => {
        if (!mail || (to !== undefined && !mail.to.includes(to.toLowerCase()))) return [];
        const { text: _text, links: _links, ...summary } = mail;
        return [summary];
      });
    },
  };
}
