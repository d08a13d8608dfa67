import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../../collector/registry/password.ts';
import { createSessions } from '../../../collector/registry/sessions.ts';
import { freshFolder, freshRegistry } from '../../kit/registry.ts';

const HOUR_MS = 3_600_000;

function sessionsAt() {
  const file = join(freshFolder(), 'registry.db');
  freshRegistry(file);
  const db = new DatabaseSync(file);
  const clock = { now: Date.now() };
  return { db, clock, sessions: createSessions(db, () => clock.now) };
}

describe('passwords', () => {
  it('are argon2id with 19 MiB and two passes, salted', async () => {
    const [one, two] = await Promise.all([hashPassword('関所 opens'), hashPassword('関所 opens')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword('関所 opens', one)).toBe(true);
    expect(await verifyPassword('関所 closes', one)).toBe(false);
  });

  it.each([undefined, '', 'plain', '$argon2id$v=19$m=19456,t=2,p=1$$'])('never match %j', async (stored) => {
    expect(await verifyPassword('anything', stored)).toBe(false);
  });
});

describe('accounts', () => {
  it('know an address in any case, and take it once', () => {
    const { accounts } = freshRegistry();
    const account = accounts.create({ email: 'Ann@Example.com', name: 'Ann', password_hash: 'x' });
    expect(accounts.findByEmail(' ann@EXAMPLE.com ')?.id).toBe(account.id);
    expect(() => accounts.create({ email: 'ann@example.com', name: 'B', password_hash: 'y' })).toThrow(
      expect.objectContaining({ code: 'already_exists' }),
    );
  });
});

describe('sessions', () => {
  it('are kept by hash only', () => {
    const { db, sessions } = sessionsAt();
    const token = sessions.create('acct_1');
    expect(sessions.findAccountId(token)).toBe('acct_1');
    expect(JSON.stringify(db.prepare('SELECT * FROM session').all())).not.toContain(token);
  });

  it('end after twelve idle hours, use moving the end', () => {
    const { clock, sessions } = sessionsAt();
    const token = sessions.create('acct_1');
    clock.now += 11 * HOUR_MS;
    expect(sessions.findAccountId(token)).toBe('acct_1');
    clock.now += 11 * HOUR_MS;
    expect(sessions.findAccountId(token, { touch: false })).toBe('acct_1');
    clock.now += 2 * HOUR_MS;
    expect(sessions.findAccountId(token)).toBeUndefined();
  });

  it('end after seven days, however much they are used', () => {
    const { clock, sessions } = sessionsAt();
    const token = sessions.create('acct_1');
    for (let hours = 0; hours < 7 * 24; hours += 6) {
      expect(sessions.findAccountId(token)).toBe('acct_1');
      clock.now += 6 * HOUR_MS;
    }
    clock.now += 1;
    expect(sessions.findAccountId(token)).toBeUndefined();
  });

  it('end one by one, or all of an account', () => {
    const { sessions } = sessionsAt();
    const [a, b, c] = [sessions.create('acct_1'), sessions.create('acct_1'), sessions.create('acct_2')];
    sessions.end(a);
    expect([a, b, c].map((token) => sessions.findAccountId(token))).toEqual([undefined, 'acct_1', 'acct_2']);
    sessions.endAll('acct_1');
    expect([b, c].map((token) => sessions.findAccountId(token))).toEqual([undefined, 'acct_2']);
  });
});
