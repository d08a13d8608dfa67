import { existsSync, statSync, unlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FRAME, FRAME_HEADER_BYTES } from '../../../collector/spool/frame.ts';
import { listSegments, listWriters, SpoolReader } from '../../../collector/spool/reader.ts';
import { segmentPath, SEGMENT_HEADER_BYTES } from '../../../collector/spool/segment.ts';
import {
  answerText,
  closeMeta,
  flipByte,
  framesOnDisk,
  freshFolder,
  openMeta,
  openWriter,
  readAll,
  SECRET,
  writeCall,
} from './kit.ts';

/** Segment 1 holds a whole call and the OPEN of `long`; segment 2 a whole call and a piece of it; 3 its CLOSE. */
async function threeSegments() {
  const { writer } = await openWriter(freshFolder());
  const first = writeCall(writer, 'first');
  const long = writer.open(openMeta({ model: 'long' }), Buffer.from('ask'));
  writer.flush();
  writer.chunk(long, Buffer.from('piece, '));
  const second = writeCall(writer, 'second');
  writer.flush();
  writer.close(long, closeMeta(), Buffer.from('end'), () => {});
  writer.flush();
  return { writer, folder: writer.folder, first, second, long };
}

describe('unlinking', () => {
  it('waits with an acknowledged segment while a call that began in it is open or not acknowledged', async () => {
    const { folder, first, second, long } = await threeSegments();
    const reader = new SpoolReader(folder, SECRET);
    const sizes = [1, 2, 3].map((n) => statSync(segmentPath(folder, n)).size);
    const batches = [reader.read(1), reader.read(2)];
    expect(batches.map((batch) => batch.ended.map(({ seq }) => seq))).toEqual([[first], [second]]);
    expect(batches.map((batch) => reader.acknowledge(batch))).toEqual([0, 0]);
    expect(listSegments(folder)).toEqual([1, 2, 3]);

    const last = reader.read(3);
    expect(last.calls.map((call) => [call.seq, answerText(call)])).toEqual([[long, 'piece, end']]);
    expect(listSegments(folder), 'read is not acknowledged').toEqual([1, 2, 3]);
    expect(reader.acknowledge(last)).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(listSegments(folder)).toEqual([]);
  });

  it('happens at once to a segment in which nothing is left open', async () => {
    const { writer } = await openWriter(freshFolder());
    writeCall(writer);
    writer.flush();
    const reader = new SpoolReader(writer.folder, SECRET);
    const size = statSync(segmentPath(writer.folder, 1)).size;
    expect(reader.acknowledge(reader.read(1))).toBe(size);
    expect(existsSync(segmentPath(writer.folder, 1))).toBe(false);
    reader.removeFolderIfEmpty();
    expect(existsSync(writer.folder)).toBe(false);
  });

  it('leaves the folder at a clean end that has a call still open', async () => {
    const { writer } = await openWriter(freshFolder());
    writer.open(openMeta(), Buffer.from('ask'));
    writer.flush();
    const reader = new SpoolReader(writer.folder, SECRET);
    reader.acknowledge(reader.read(1));
    reader.removeFolderIfEmpty();
    expect(listSegments(writer.folder)).toEqual([1]);
  });

  it('is not hindered by a later segment that is acknowledged first', async () => {
    const { folder } = await threeSegments();
    const reader = new SpoolReader(folder, SECRET);
    const [one, two, three] = [reader.read(1), reader.read(2), reader.read(3)];
    reader.acknowledge(three);
    expect(listSegments(folder)).toEqual([1, 2]);
    reader.acknowledge(two);
    expect(listSegments(folder)).toEqual([1]);
    reader.acknowledge(one);
    expect(listSegments(folder)).toEqual([]);
  });
});

describe('interrupted calls', () => {
  it('are those without a CLOSE, each once, with what they had; none that is finished', async () => {
    const { writer, long } = await threeSegments();
    const early = writer.open(openMeta({ model: 'early' }), Buffer.from('never'));
    writer.flush();
    writer.chunk(early, Buffer.from('some'));
    const late = writer.open(openMeta({ model: 'late' }), Buffer.from('nothing'));
    writer.flush();
    const { reader, batches, calls } = readAll(writer.folder);
    for (const batch of batches) reader.acknowledge(batch);
    expect(calls.map((call) => call.seq)).toContain(long);
    const rest = reader.takeInterrupted(5, 1234);
    expect(rest).toMatchObject({ n: 6, receivedAt: 1234, writer: writer.id });
    expect(rest.calls).toMatchObject([
      { seq: early, close: undefined, request: Buffer.from('never') },
      { seq: late, close: undefined, request: Buffer.from('nothing') },
    ]);
    expect(rest.calls.map(answerText)).toEqual(['some', '']);
    reader.acknowledge(rest);
    expect(listSegments(writer.folder)).toEqual([]);
    expect(reader.takeInterrupted(5, 1234).calls).toEqual([]);
    expect(reader.highSeq).toBe(late);
  });

  it('are the same for a second adopter that comes after one killed before it acknowledged', async () => {
    const { folder } = await threeSegments();
    const [first, second] = [readAll(folder), readAll(folder)];
    expect(second.batches.map(({ n, receivedAt }) => [n, receivedAt])).toEqual(
      first.batches.map(({ n, receivedAt }) => [n, receivedAt]),
    );
    expect(second.calls).toEqual(first.calls);
  });

  // This is why the store looks for (writer, seq) before it takes an adopted interrupted call.
  it('include a finished call whose OPEN outlived its CLOSE: a kill between two unlinks', async () => {
    const { folder, long } = await threeSegments();
    unlinkSync(segmentPath(folder, 3));
    const { reader, batches } = readAll(folder);
    for (const batch of batches) reader.acknowledge(batch);
    expect(reader.takeInterrupted(2, 0).calls).toMatchObject([{ seq: long, close: undefined }]);
  });

  it('do not include it when the earlier segment went first, as unlinking does it', async () => {
    const { folder, first, second } = await threeSegments();
    unlinkSync(segmentPath(folder, 1));
    const { reader, batches, calls } = readAll(folder);
    expect(calls.map(({ seq }) => seq)).toEqual([second]);
    expect(calls.map(({ seq }) => seq)).not.toContain(first);
    expect(
      batches.map((batch) => batch.damagedCalls),
      'gone because stored, not damaged',
    ).toEqual([0, 0]);
    for (const batch of batches) reader.acknowledge(batch);
    expect(reader.takeInterrupted(3, 0).calls).toEqual([]);
    expect(listSegments(folder)).toEqual([]);
  });
});

describe('damage', () => {
  it('to an OPEN makes its finished call a damaged one, counted, and holds no segment for ever', async () => {
    const { writer, folder, long } = await threeSegments();
    const opening = framesOnDisk(folder, writer.id).find(
      (frame) => frame.seq === long && frame.type === FRAME.open,
    );
    flipByte(segmentPath(folder, 1), SEGMENT_HEADER_BYTES + (opening?.offset ?? 0) + FRAME_HEADER_BYTES + 5);
    const { reader, batches, calls } = readAll(folder);
    expect(batches.map((batch) => batch.damagedCalls)).toEqual([0, 0, 1]);
    expect(batches[0]?.damagedBytes).toBeGreaterThan(0);
    expect(calls).toHaveLength(2);
    for (const batch of batches) reader.acknowledge(batch);
    expect(listSegments(folder)).toEqual([]);
    expect(reader.takeInterrupted(3, 0).calls).toEqual([]);
  });
});

describe('listing', () => {
  it('finds writers and segments among other things, segments in order', async () => {
    const folder = freshFolder();
    const { writer } = await openWriter(folder);
    for (let i = 0; i < 11; i++) {
      writeCall(writer);
      writer.flush();
    }
    expect(listSegments(writer.folder)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(listWriters(folder)).toEqual([writer.folder]);
  });
});
