/** One batch on its way: spans made, posted, acknowledged. */
import type { Batch } from '../../collector/spool/reader.ts';
import type { PostResource, SpanMaker } from '../telemetry.ts';
import type { Poster } from './post.ts';

export type ShipContext = {
  maker: SpanMaker;
  poster: Poster;
  signal: AbortSignal;
  /** A line for the log. */
  say: (line: string) => void;
};

/** Posts `batch` until it is stored. A batch without calls has nothing to post. */
export async function shipBatch(
  context: ShipContext,
  batch: Batch,
  state?: PostResource['state'],
): Promise<void> {
  if (batch.damagedBytes > 0) {
    context.say(
      `spool: segment ${batch.n} of ${batch.writer}: ${batch.damagedBytes} bytes are torn or damaged`,
    );
  }
  if (batch.calls.length === 0 && !state) return;
  const about: PostResource = {
    writer: batch.writer,
    segment: { n: batch.n, receivedAt: batch.receivedAt },
    ...(state ? { state } : {}),
  };
  await context.poster.post(context.maker.encode(batch.calls, about), context.signal);
}
