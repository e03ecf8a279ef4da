import type { SystemUser } from '../system-user.ts';

/**
 * Gives root up for good. Called once everything is loaded and listening: the code may lie below a folder that only
 * root can read. Does nothing when there is no user to become (we are not root then).
 */
export function dropPrivileges(user: SystemUser | null): void {
  if (!user) return;
  process.setgroups?.([user.gid]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
  if (process.getuid?.() !== user.uid || process.geteuid?.() !== user.uid) {
    throw new Error(`the process is still not ${user.name}`);
  }
}
