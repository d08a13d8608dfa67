/**
 * Cuts a text into chunks by OpenAI's static rule: so many tokens each, so many of them shared with the chunk before.
 * Tokens are those of o200k_base. Nothing is known here of sentences or headings.
 */
import { encodeGenerator } from 'gpt-tokenizer/encoding/o200k_base';
import ranks from 'gpt-tokenizer/bpeRanks/o200k_base';
import type { StaticChunking } from '../../collector/record/source.ts';

export type Chunk = { text: string; tokens: number };
export type Chunks = {
  chunks: Chunk[];
  /** Of the whole text, each counted once. */
  tokens: number;
};

/** The time to encode an unbroken run grows with its square (200,000 letters: 45 s), so long ones are cut. */
const LONG_RUN = /[\p{L}\p{M}]{200}|\s{200}|[^\s\p{L}\p{N}]{200}/gu;
/** A text may well speak of `<|endoftext|>`; that is no token of ours to refuse. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/** Places between two tokens at which a text may be cut: a character can consist of several tokens. */
type Cuts = {
  /** Tokens before each place, ascending; the first is 0, the last all of them. */
  tokens: number[];
  /** UTF-16 units before it. */
  units: number[];
};

/**
 * The chunks of `text`, in order; none of an empty one. A chunk has `max_chunk_size_tokens` tokens and shares
 * `chunk_overlap_tokens` with the one before; where a cut would go through a character, up to three fewer of the
 * former and more of the latter. @throws RangeError for more than `max_tokens` tokens
 */
export function toChunks(text: string, rule: StaticChunking, max_tokens = Infinity): Chunks {
  const whole = text.toWellFormed();
  const cuts = findCuts(whole, max_tokens);
  const { max_chunk_size_tokens: size, chunk_overlap_tokens: overlap } = rule;
  const last = cuts.tokens.length - 1;
  const total = cuts.tokens[last] ?? 0;
  const chunks: Chunk[] = [];
  for (let from = 0; from < last;) {
    const start = cuts.tokens[from] ?? 0;
    const to = Math.max(findLastCut(cuts.tokens, start + size), from + 1);
    const end = cuts.tokens[to] ?? total;
    chunks.push({ text: whole.slice(cuts.units[from], cuts.units[to]), tokens: end - start });
    if (to === last) break;
    from = Math.max(findLastCut(cuts.tokens, end - overlap), from + 1);
  }
  return { chunks, tokens: total };
}

/** Index of the last cut with at most `tokens` tokens before it. */
function findLastCut(cuts: readonly number[], tokens: number): number {
  let low = 0;
  let high = cuts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((cuts[middle] ?? 0) <= tokens) low = middle;
    else high = middle - 1;
  }
  return low;
}

function findCuts(text: string, max_tokens: number): Cuts {
  const cuts: Cuts = { tokens: [0], units: [0] };
  const state = { tokens: 0, units: 0, missing: 0 };
  for (const piece of cutLongRuns(text)) {
    for (const ids of encodeGenerator(piece, AS_TEXT)) {
      for (const id of ids) {
        state.tokens++;
        advance(state, ranks[id]);
        if (state.missing > 0) continue;
        cuts.tokens.push(state.tokens);
        cuts.units.push(state.units);
      }
      if (state.tokens > max_tokens) throw new RangeError(`more than ${max_tokens} tokens`);
    }
  }
  return cuts;
}

/** A token is a string, or bytes where it begins or ends inside of a character. */
function advance(state: { units: number; missing: number }, token: string | readonly number[] | undefined) {
  if (typeof token === 'string') {
    state.units += token.length;
    return;
  }
  for (const byte of token ?? []) {
    if (state.missing > 0) state.missing--;
    else if (byte >= 0xf0) {
      state.missing = 3;
      state.units += 2;
    } else {
      state.missing = byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
      state.units += 1;
    }
  }
}

function* cutLongRuns(text: string): Generator<string> {
  let from = 0;
  for (const run of text.matchAll(LONG_RUN)) {
    const end = run.index + run[0].length;
    yield text.slice(from, end);
    from = end;
  }
  if (from < text.length) yield text.slice(from);
}
