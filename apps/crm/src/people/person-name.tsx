import { useAnswer, useHasRole, useText, useUser } from '@atelier/web-kit';
import { ADMINISTRATORS } from '../access/roles.ts';

/**
 * Who did something, by name as far as one may know: services tell people by id (`user:<id>` or bare), and only administrators may look up
 * others. What is no user's id (a service) stays as it is told.
 */
export const PersonName = ({ actor }: { readonly actor: string }) => {
  const id = actor.replace(/^user:/, '');
  const t = useText('crm');
  const me = useUser();
  const administrator = useHasRole(...ADMINISTRATORS);
  const users = useAnswer(
    'user-management',
    'listUsers',
    { query: { limit: 200 } },
    { enabled: administrator && id !== me.userId, staleMs: 300_000 },
  );
  if (id === me.userId) return t('people.you', { name: me.name });
  const known = users.data?.items.find((user) => user.id === id);
  return known?.name ?? (/^[0-9a-f-]{36}$/.test(id) ? t('people.colleague') : id);
};
