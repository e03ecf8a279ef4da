import { json, type RoleDescription } from '@atelier/account-baseline';
import type { RoleStore } from '../iam/role-store.ts';

/** Makes a described role or brings an existing one to its description; never touches tags that others wrote. */
export async function putRole(
  roles: RoleStore,
  accountId: string,
  description: RoleDescription,
): Promise<void> {
  const trustPolicy = json(description.trust);
  const present = await roles.find(accountId, description.name);
  if (!present) {
    await roles.create({
      accountId,
      name: description.name,
      path: description.path,
      description: description.description,
      trustPolicy,
      boundaryArn: description.boundaryArn,
      maxSessionSeconds: description.maxSessionSeconds,
      tags: description.tags,
    });
  } else {
    await roles.change(accountId, description.name, {
      trustPolicy,
      description: description.description,
      boundaryArn: description.boundaryArn,
      maxSessionSeconds: description.maxSessionSeconds,
    });
  }
  for (const [name, document] of Object.entries(description.policies)) {
    await roles.putPolicy(accountId, description.name, name, json(document));
  }
}
