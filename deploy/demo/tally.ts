/** Counting the calls of a run, and one line that shows how far it is. */
import OpenAI from 'openai';

const BAR_WIDTH = 24;
const REDRAW_MS = 100;

export type Tally = {
  ok: number;
  failed: number;
  /** Kinds of errors and how often they came. */
  errors: Map<string, number>;
};

/** What an error is called in the summary. */
export function toErrorName(error: unknown): string {
  if (error instanceof OpenAI.APIConnectionError) return 'connection broken';
  if (error instanceof OpenAI.APIError && error.status !== undefined) {
    return `HTTP ${error.status}${error.code ? ` ${error.code}` : ''}`;
  }
  // a stream that breaks off is no class of the SDK's
  return error instanceof TypeError ? 'stream broken off' : 'other error';
}

/** A progress line: redrawn on a terminal, a line per tenth elsewhere. `done` leaves it behind. */
export function createProgress(total: number, out: NodeJS.WriteStream = process.stderr) {
  let drawn = 0;
  let tenth = 0;
  const toLine = (tally: Tally) => {
    const count = tally.ok + tally.failed;
    const share = total === 0 ? 1 : Math.min(1, count / total);
    const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
    return `${bar} ${count}/${total} calls, ${tally.failed} failed`;
  };
  return {
    show(tally: Tally): void {
      const now = Date.now();
      if (out.isTTY) {
        if (now - drawn < REDRAW_MS) return;
        drawn = now;
        out.write(`\r\u001B[K${toLine(tally)}`);
        return;
      }
      const reached = Math.floor(((tally.ok + tally.failed) / Math.max(total, 1)) * 10);
      if (reached > tenth) {
        tenth = reached;
        out.write(`${toLine(tally)}\n`);
      }
    },
    done(tally: Tally): void {
      if (out.isTTY) out.write(`\r\u001B[K${toLine(tally)}\n`);
    },
  };
}
