/** The secret from which every key and password is derived: from the environment, else a file made at first start. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { StartError } from './say.ts';

const MIN_LENGTH = 32;

/** The secret of this installation, or undefined before its first start. @throws StartError for a damaged file. */
export function findSecret(config: Config): string | undefined {
  if (config.SEKISHO_SECRET) return config.SEKISHO_SECRET;
  const file = join(config.SEKISHO_DATA, 'secret');
  if (!existsSync(file)) return undefined;
  const secret = readFileSync(file, 'utf8').trim();
  if (secret.length >= MIN_LENGTH) return secret;
  throw new StartError(
    `${file} is damaged (under ${MIN_LENGTH} characters). Restore it, or set SEKISHO_SECRET.`,
  );
}

/** The secret of this installation, made now if there is none; the caller holds the lock of the data folder. */
export function getSecret(config: Config): string {
  const found = findSecret(config);
  if (found) return found;
  const secret = randomBytes(32).toString('base64url');
  const file = join(config.SEKISHO_DATA, 'secret');
  // Written aside and renamed: a start that is killed half way leaves no empty secret behind.
  writeFileSync(`${file}.new`, `${secret}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  return secret;
}
