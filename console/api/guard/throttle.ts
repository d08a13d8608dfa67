/** Bounds guessing of passwords: so many failures per account and address, and per address over all accounts. */
import { AppError } from '../../../errors.ts';

const WINDOW_MS = 15 * 60_000;
const PER_ACCOUNT_AND_ADDRESS = 5;
const PER_ADDRESS = 50;
/** Beyond it the oldest are forgotten: an attacker must not fill our memory. */
const MAX_ENTRIES = 20_000;

export type Throttle = {
  /** Counts an attempt before it is made, so that many at once are counted too. @throws AppError too_many_attempts */
  take(account: string, address: string): void;
  /** The attempt was a success: it and the failures before it are forgotten. */
  forget(account: string, address: string): void;
};

type Entry = { count: number; ends: number };

const keysOf = (account: string, address: string) => [
  { key: JSON.stringify([account.trim().toLowerCase(), address]), limit: PER_ACCOUNT_AND_ADDRESS },
  { key: JSON.stringify([address]), limit: PER_ADDRESS },
];

/** An empty throttle; `now` is for tests. Its state is in memory: a restart clears it. */
export function createThrottle(now: () => number = Date.now): Throttle {
  const entries = new Map<string, Entry>();
  const find = (key: string): Entry => {
    const entry = entries.get(key);
    if (entry && entry.ends > now()) return entry;
    entries.delete(key);
    const fresh = { count: 0, ends: now() + WINDOW_MS };
    entries.set(key, fresh);
    for (const oldest of entries.keys()) {
      if (entries.size <= MAX_ENTRIES) break;
      entries.delete(oldest);
    }
    return fresh;
  };
  return {
    take(account, address) {
      const found = keysOf(account, address).map(({ key, limit }) => ({ entry: find(key), limit }));
      const full = found.find(({ entry, limit }) => entry.count >= limit);
      if (full) {
        const minutes = Math.ceil((full.entry.ends - now()) / 60_000);
        throw new AppError('too_many_attempts', `Too many attempts. Try again in ${minutes} minutes.`);
      }
      for (const { entry } of found) entry.count++;
    },
    forget(account, address) {
      const [own, all] = keysOf(account, address).map(({ key }) => key);
      entries.delete(own ?? '');
      const entry = entries.get(all ?? '');
      if (entry && entry.count > 0) entry.count--;
    },
  };
}
