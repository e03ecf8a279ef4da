import { setTimeout as delay } from 'node:timers/promises';
import type { Addresses } from '../instance/addresses.ts';
import type { Mail, MailSummary } from '../mail/mail-store.ts';
import { loopbackFetch } from './loopback-fetch.ts';

/** Waits for a mail to an address whose subject matches, and returns the newest one. */
export async function readMail(options: {
  readonly addresses: Addresses;
  readonly to: string;
  readonly subject?: RegExp;
  readonly withinMs?: number;
}): Promise<Mail> {
  const { addresses, to, subject = /./, withinMs = 15_000 } = options;
  const deadline = performance.now() + withinMs;
  for (;;) {
    const list = await loopbackFetch(
      `${addresses.mail}/messages.json?to=${encodeURIComponent(to)}`,
    );
    const { items } = (await list.json()) as { items: MailSummary[] };
    const found = items.find((item) => subject.test(item.subject));
    if (found) {
      const mail = await loopbackFetch(`${addresses.mail}/messages/${found.id}.json`);
      return (await mail.json()) as Mail;
    }
    if (performance.now() > deadline) {
      throw new Error(`no mail to ${to} came within ${withinMs / 1000} s`);
    }
    await delay(100);
  }
}
