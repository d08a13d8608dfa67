/** Password hashes: argon2id (RFC 9106) from node:crypto, in the PHC string form. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** OWASP's first choice for argon2id; memory in KiB. */
const MEMORY = 19 * 1024;
const PASSES = 2;
const PARALLELISM = 1;
const TAG_LENGTH = 32;
/** Hashes running at once: each takes 19 MiB and a thread of libuv's pool of four. */
const CONCURRENT = 2;

const derive = promisify(argon2);
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= CONCURRENT) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

const toText = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

type Cost = { memory: number; passes: number; parallelism: number; tagLength: number };

/** The PHC string to store for `password`. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const cost: Cost = { memory: MEMORY, passes: PASSES, parallelism: PARALLELISM, tagLength: TAG_LENGTH };
  const tag = await inTurn(() => derive('argon2id', { message: password, nonce, ...cost }));
  return `$argon2id$v=19$m=${MEMORY},t=${PASSES},p=${PARALLELISM}$${toText(nonce)}$${toText(tag)}`;
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
/** Of no password: checked against where there is no account, so that a stranger's e-mail takes as long. */
const NOBODY = `$argon2id$v=19$m=${MEMORY},t=${PASSES},p=${PARALLELISM}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Whether `password` made `stored`. Without `stored` it is false, after the same work. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, memory, passes, parallelism, nonce, tag] = PHC.exec(stored ?? NOBODY) ?? [];
  if (!nonce || !tag) return false;
  const expected = Buffer.from(tag, 'base64');
  const cost: Cost = {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  };
  const options = { message: password, nonce: Buffer.from(nonce, 'base64'), ...cost };
  const actual = await inTurn(() => derive('argon2id', options));
  return timingSafeEqual(actual, expected) && stored !== undefined;
}
