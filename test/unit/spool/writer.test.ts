import { existsSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FRAME } from '../../../collector/spool/frame.ts';
import { takeLock } from '../../../collector/spool/lock.ts';
import { listSegments } from '../../../collector/spool/reader.ts';
import { readSegment, writerKey } from '../../../collector/spool/segment.ts';
import {
  answerText,
  closeMeta,
  framesOnDisk,
  freshFolder,
  noise,
  openMeta,
  openWriter,
  readAll,
  SECRET,
  writeCall,
} from './kit.ts';

const MIB = 1024 ** 2;

// The clock stands still unless a test moves it: no segment closes by age while a busy machine is slow.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What is due in this turn of the event loop, and no later timer. */
const turn = () => vi.advanceTimersByTime(0);

describe('the writer', () => {
  it('has an id of its own and holds its folder locked until it lets go', async () => {
    const folder = freshFolder();
    const first = await openWriter(folder);
    const second = await openWriter(folder);
    expect(first.writer.id).toMatch(/^[0-9a-f]{32}$/);
    expect(second.writer.id).not.toBe(first.writer.id);
    expect(readdirSync(folder).toSorted()).toEqual([first.writer.id, second.writer.id].toSorted());
    expect(await takeLock(`${first.writer.folder}/lock`)).toBeUndefined();
    first.writer.release();
    const lock = await takeLock(`${first.writer.folder}/lock`);
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('gives out 1, 2, 3 ... and says the highest', async () => {
    const { writer } = await openWriter(freshFolder());
    expect(writer.highSeq).toBe(0);
    expect([1, 2, 3].map(() => writeCall(writer))).toEqual([1, 2, 3]);
    const left = writer.open(openMeta(), Buffer.alloc(0));
    expect([left, writer.highSeq]).toEqual([4, 4]);
  });

  it('calls done only when the bytes are in the file, and then in this turn', async () => {
    const { writer } = await openWriter(freshFolder());
    const seq = writer.open(openMeta(), Buffer.from('ask'));
    writer.chunk(seq, Buffer.from('one, '));
    const seen: unknown[] = [];
    writer.close(seq, closeMeta(), Buffer.from('two'), () => {
      seen.push(framesOnDisk(writer.folder, writer.id).map((frame) => [frame.seq, frame.type]));
    });
    expect(seen).toEqual([]);
    turn();
    expect(seen).toEqual([
      [
        [1, FRAME.open],
        [1, FRAME.chunk],
        [1, FRAME.close],
      ],
    ]);
  });

  it('writes an OPEN that has no company within 10 ms', async () => {
    const { writer } = await openWriter(freshFolder());
    writer.open(openMeta(), Buffer.from('ask'));
    vi.advanceTimersByTime(9);
    expect(existsSync(`${writer.folder}/0000000001.seg`)).toBe(false);
    vi.advanceTimersByTime(1);
    expect(framesOnDisk(writer.folder, writer.id)).toMatchObject([{ seq: 1, type: FRAME.open }]);
  });

  it('is done at once with a call that it does not know (any more)', async () => {
    const { writer } = await openWriter(freshFolder());
    const done = vi.fn<() => void>();
    writer.chunk(77, Buffer.from('nothing'));
    writer.close(77, closeMeta(), Buffer.from('nothing'), done);
    expect(done).toHaveBeenCalledOnce();
    writer.flush();
    expect(listSegments(writer.folder)).toEqual([]);
  });

  it('gives back meta and bodies as they were, large and binary ones too', async () => {
    const { writer } = await openWriter(freshFolder());
    const request = noise(300_000, 2);
    const pieces = [noise(20_000, 3), noise(1, 4), noise(5000, 5)];
    const open = openMeta({ model: '関所 🏯', headers: { 'x-tags': 'ü"\\', 'user-agent': 'a' } });
    const close = closeMeta({
      outcome: 'error',
      status: 500,
      ttft_ms: 1.5,
      headers: { 'content-type': '本' },
    });
    const seq = writer.open(open, request);
    for (const piece of pieces.slice(0, -1)) writer.chunk(seq, piece);
    writer.close(seq, close, pieces.at(-1) ?? Buffer.alloc(0), () => {});
    writer.flush();
    const [call] = readAll(writer.folder).calls;
    expect(call).toMatchObject({ seq, open, close: { ...close, segments: [] } });
    expect(call?.request.equals(request)).toBe(true);
    expect(Buffer.concat(call?.response ?? []).equals(Buffer.concat(pieces))).toBe(true);
  });
});

describe('a segment of the writer', () => {
  it('closes one second after it began, and not before', async () => {
    const { writer, closed } = await openWriter(freshFolder());
    writeCall(writer);
    turn();
    vi.advanceTimersByTime(999);
    writeCall(writer);
    turn();
    expect(closed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(closed).toEqual([1]);
    expect(readSegment(writer.folder, 1, writerKey(SECRET, writer.id))).toMatchObject({
      closed: true,
      damagedBytes: 0,
    });
    vi.advanceTimersByTime(5000);
    expect(closed, 'an idle writer makes none').toEqual([1]);
  });

  it('closes at 8 MiB', async () => {
    const { writer, closed } = await openWriter(freshFolder());
    const seq = writer.open(openMeta(), Buffer.alloc(0));
    writer.chunk(seq, noise(7.9 * MIB));
    vi.advanceTimersByTime(10);
    expect(closed).toEqual([]);
    writer.chunk(seq, noise(0.1 * MIB));
    vi.advanceTimersByTime(10);
    expect(closed).toEqual([1]);
  });

  it('closes at 5,000 calls', async () => {
    const { writer, closed } = await openWriter(freshFolder());
    for (let i = 0; i < 4999; i++) writeCall(writer, '', '');
    turn();
    expect(closed).toEqual([]);
    writeCall(writer, '', '');
    turn();
    expect(closed).toEqual([1]);
    expect(readAll(writer.folder).calls).toHaveLength(5000);
  });

  it('closes when the calls that end in it carry 32 MiB, wherever their frames lie', async () => {
    const { writer, closed } = await openWriter(freshFolder());
    const seq = writer.open(openMeta(), Buffer.alloc(0));
    const piece = noise(8 * MIB);
    for (let i = 0; i < 4; i++) {
      writer.chunk(seq, piece);
      vi.advanceTimersByTime(10);
    }
    expect(closed).toEqual([1, 2, 3, 4]);
    writeCall(writer);
    turn();
    expect(closed).toEqual([1, 2, 3, 4]);
    writer.close(seq, closeMeta(), Buffer.alloc(0), () => {});
    turn();
    expect(closed).toEqual([1, 2, 3, 4, 5]);
  });

  it('is one of several that a long call spans, and the call is put together right', async () => {
    const { writer, closed } = await openWriter(freshFolder());
    const seq = writer.open(openMeta({ model: 'long' }), Buffer.from('ask'));
    const other = writer.open(openMeta({ model: 'never ends' }), Buffer.from('?'));
    for (const piece of ['a1 ', 'b2 ', 'c3 ']) {
      writer.chunk(seq, Buffer.from(piece));
      writer.chunk(seq, Buffer.from(`${piece}again `));
      writeCall(writer, 'between', piece);
      writer.flush();
    }
    writer.close(seq, closeMeta(), Buffer.from('end'), () => {});
    writer.flush();
    expect(closed).toEqual([1, 2, 3, 4]);
    const { calls, batches } = readAll(writer.folder);
    expect(batches.map((batch) => batch.calls.length)).toEqual([1, 1, 1, 1]);
    expect(calls.map((call) => call.seq)).toEqual([3, 4, 5, seq]);
    expect(calls.at(-1)).toMatchObject({
      open: { model: 'long' },
      close: { segments: [1, 2, 3], truncated: false },
      request: Buffer.from('ask'),
    });
    expect(answerText(calls.at(-1))).toBe('a1 a1 again b2 b2 again c3 c3 again end');
    expect(batches.at(-1)?.ended).toEqual([{ seq, segments: [1, 2, 3, 4] }]);
    expect(calls.some((call) => call.seq === other)).toBe(false);
  });

  it('is closed by stop, with everything that was queued, done included', async () => {
    const { writer, closed } = await openWriter(freshFolder());
    const done = vi.fn<() => void>();
    const seq = writer.open(openMeta(), Buffer.from('ask'));
    writer.close(seq, closeMeta(), Buffer.from('answer'), done);
    writer.stop();
    expect(done).toHaveBeenCalledOnce();
    expect(closed).toEqual([1]);
    expect(readAll(writer.folder).calls.map((call) => [call.seq, answerText(call)])).toEqual([
      [seq, 'answer'],
    ]);
    writer.stop();
    expect(closed, 'a second stop finds nothing').toEqual([1]);
  });
});
