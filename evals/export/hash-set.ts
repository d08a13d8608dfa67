/** Which lines were there before: 16 bytes of each one's hash, in one flat array, so a million take 64 MB at most. */
import { createHash } from 'node:crypto';

const WORDS = 4;
const FIRST_SLOTS = 4_096;
const MAX_LOAD = 0.5;

export type HashSet = {
  readonly size: number;
  /** Whether `text` is new; from then on it is not. */
  add(text: string): boolean;
};

/** An empty set. Two texts are taken for one with a probability of 2^-128. */
export function createHashSet(): HashSet {
  let slots = FIRST_SLOTS;
  let table = new Uint32Array(slots * WORDS);
  let size = 0;

  /** Where `hash` is, or would be: the place where a search from its home ends. */
  const findSlot = (hash: Uint32Array, at: number): number => {
    for (let slot = (hash[at] ?? 0) % slots; ; slot = (slot + 1) % slots) {
      const place = slot * WORDS;
      if (isFree(table, place) || isEqual(table, place, hash, at)) return place;
    }
  };
  const grow = (): void => {
    const old = table;
    slots *= 2;
    table = new Uint32Array(slots * WORDS);
    for (let place = 0; place < old.length; place += WORDS) {
      if (!isFree(old, place)) table.set(old.subarray(place, place + WORDS), findSlot(old, place));
    }
  };
  return {
    get size() {
      return size;
    },
    add(text) {
      const hash = toHash(text);
      const place = findSlot(hash, 0);
      if (!isFree(table, place)) return false;
      table.set(hash, place);
      size++;
      if (size > slots * MAX_LOAD) grow();
      return true;
    },
  };
}

function toHash(text: string): Uint32Array {
  const digest = createHash('sha256').update(text).digest();
  const hash = new Uint32Array(WORDS);
  for (let i = 0; i < WORDS; i++) hash[i] = digest.readUInt32LE(i * 4);
  // All zero means a free slot.
  if (isFree(hash, 0)) hash[0] = 1;
  return hash;
}

const isFree = (words: Uint32Array, at: number): boolean =>
  words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 0;

const isEqual = (a: Uint32Array, i: number, b: Uint32Array, j: number): boolean =>
  a[i] === b[j] && a[i + 1] === b[j + 1] && a[i + 2] === b[j + 2] && a[i + 3] === b[j + 3];
