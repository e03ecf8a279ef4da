import { z } from 'zod';

/** `token` is null when the answer that carried it was lost: then the mailed link is the only way on. */
const kept = z.object({
  id: z.string(),
  token: z.string().nullable(),
  email: z.string().nullable(),
});
export type KeptRegistration = z.infer<typeof kept>;

const KEY = 'atelier-registration';

/** The registration that this tab began, with the token that lets its author watch it. Gone with the tab. */
export const keepRegistration = (registration: KeptRegistration): void =>
  sessionStorage.setItem(KEY, JSON.stringify(registration));

export const keptRegistration = (): KeptRegistration | null => {
  const text = sessionStorage.getItem(KEY);
  return text === null ? null : (kept.safeParse(JSON.parse(text)).data ?? null);
};
