/** The first owner: made from the environment or by the one-time set-up link, and helped by `reset-owner` when lost. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { AppError } from '../../errors.ts';
import type { Config } from '../../config.ts';
import { deriveKey } from '../../collector/keys/derive.ts';
import { hashPassword } from '../../collector/registry/password.ts';
import { openRegistry, type Registry } from '../../collector/registry/store.ts';

/** Path of the registry of an installation. */
export const registryFile = (config: Config): string => join(config.SEKISHO_DATA, 'registry.db');

/** Derived from the secret, so that the link can be printed at every start until it is used. */
export function setupToken(secret: string): string {
  return createHmac('sha256', deriveKey(secret, 'setup-link')).update('first owner').digest('base64url');
}

/** The link to print while `GET /api/setup` says `needed`; `url` is the console's. */
export function setupLink(url: string, secret: string): string {
  return `${url}/setup?token=${setupToken(secret)}`;
}

/** Whether `token` is the one of the link. */
export function isSetupToken(secret: string, token: string): boolean {
  const expected = Buffer.from(setupToken(secret));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Whether somebody owns the installation; from then on the set-up link is useless. */
export function hasOwner(registry: Registry): boolean {
  return registry.view
    .list('member')
    .some(({ project_id, body }) => project_id === '' && body.role === 'owner' && body.status === 'active');
}

/**
 * Makes the account and its membership, both or none.
 * @throws AppError forbidden if there is an owner by now
 */
export async function createFirstOwner(
  registry: Registry,
  person: { email: string; name: string; password: string },
  reason: string,
): Promise<string> {
  const password_hash = await hashPassword(person.password);
  return registry.transaction(() => {
    // Looked at only here: another request may have made one while the password was hashed.
    if (hasOwner(registry)) throw new AppError('forbidden', 'The installation is set up already. Sign in.');
    const { id } = registry.accounts.create({ email: person.email, name: person.name, password_hash });
    registry.append({
      kind: 'member',
      id: `mem_${uuidv7()}`,
      project_id: '',
      body: { account_id: id, role: 'owner', status: 'active' },
      actor: id,
      reason,
      expected_revision: 0,
    });
    return id;
  });
}

/** What a person needs to get in again. */
export type OwnerReset = { email: string; password: string } | { setup: true };

/**
 * Gives the owner (of `email`, or the only one) a new password and ends their sessions. Works beside a running
 * console. `setup` when there is no owner yet: the set-up link is the way.
 * @throws Error with a line for people
 */
export async function resetOwner(config: Config, email?: string): Promise<OwnerReset> {
  const file = registryFile(config);
  if (!existsSync(file)) return { setup: true };
  const registry = openRegistry(file);
  try {
    const members = registry.view
      .list('member')
      .filter(
        ({ project_id, body }) => project_id === '' && body.role === 'owner' && body.status === 'active',
      );
    if (members.length === 0) return { setup: true };
    const owners = members.flatMap((member) => {
      const account = registry.accounts.find(member.body.account_id);
      return account && (!email || account.email === email.trim().toLowerCase()) ? [{ member, account }] : [];
    });
    const [owner] = owners;
    if (!owner) throw new Error(`No owner has the e-mail ${email}.`);
    if (owners.length > 1) throw new Error('There are several owners: say whose password by e-mail.');
    const password = randomBytes(15).toString('base64url');
    const password_hash = await hashPassword(password);
    registry.transaction(() => {
      const { id, project_id, body, revision } = owner.member;
      registry.accounts.setPasswordHash(owner.account.id, password_hash);
      registry.sessions.endAll(owner.account.id);
      const reason = 'password reset by command';
      const actor = 'system';
      registry.append({ kind: 'member', id, project_id, body, actor, reason, expected_revision: revision });
    });
    return { email: owner.account.email, password };
  } finally {
    registry.close();
  }
}
