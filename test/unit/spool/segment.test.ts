import { copyFileSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FRAME, FRAME_HEADER_BYTES, splitPayload } from '../../../collector/spool/frame.ts';
import { SpoolReader } from '../../../collector/spool/reader.ts';
import {
  decryptAt,
  readSegment,
  segmentPath,
  SEGMENT_HEADER_BYTES,
  SEGMENT_TAG_BYTES,
  writerKey,
} from '../../../collector/spool/segment.ts';
import { SegmentFile } from '../../../collector/spool/segment-file.ts';
import { closeMeta, freshFolder, noise, openMeta, openWriter, readBytes, SECRET } from './kit.ts';

/** A closed segment with three small calls, each OPEN, CHUNK and CLOSE; and where its frames begin in the file. */
async function smallSegment() {
  const { writer } = await openWriter(freshFolder());
  for (const text of ['one', 'two 二', 'three']) {
    const seq = writer.open(openMeta({ model: text, headers: {} }), Buffer.from(`ask ${text}`));
    writer.chunk(seq, Buffer.from(`piece of ${text}, `));
    writer.close(seq, closeMeta(), Buffer.from(`end of ${text}`), () => {});
  }
  writer.flush();
  const path = segmentPath(writer.folder, 1);
  const key = writerKey(SECRET, writer.id);
  const { frames, ...whole } = readSegment(writer.folder, 1, key);
  const ends = frames.map(
    ({ offset, payload }) => SEGMENT_HEADER_BYTES + offset + FRAME_HEADER_BYTES + payload.length,
  );
  const starts = frames.map(({ offset }) => SEGMENT_HEADER_BYTES + offset);
  return { writer, path, key, bytes: readBytes(path), frames, whole, starts, ends };
}

describe('a closed segment', () => {
  it('is read as closed, with nothing damaged and the time that was frozen in it', async () => {
    const before = Date.now();
    const { writer, path, key, frames, whole } = await smallSegment();
    expect(whole).toMatchObject({ closed: true, damagedBytes: 0, fileBytes: statSync(path).size });
    expect(frames.map(({ seq, type }) => [seq, type])).toEqual(
      [1, 2, 3].flatMap((seq) => [FRAME.open, FRAME.chunk, FRAME.close].map((type) => [seq, type])),
    );
    expect(whole.receivedAt).toBeGreaterThanOrEqual(before);
    utimesSync(path, 1, 1);
    expect(readSegment(writer.folder, 1, key).receivedAt).toBe(whole.receivedAt);
    expect(splitPayload(frames[3]?.payload ?? Buffer.alloc(0)).meta).toMatchObject({ model: 'two 二' });
  });

  it('shows nothing of what is in it to who reads the file', async () => {
    const { bytes } = await smallSegment();
    const text = bytes.toString('latin1');
    expect(text.startsWith('SKSG')).toBe(true);
    for (const secret of ['ask one', 'gpt', 'outcome', 'proj_1', 'piece of'])
      expect(text).not.toContain(secret);
  });

  it('gives nothing to a wrong secret, nor under another writer’s name', async () => {
    const { writer, bytes } = await smallSegment();
    const wrong = readSegment(writer.folder, 1, writerKey(`${SECRET}!`, writer.id));
    expect(wrong).toMatchObject({ frames: [], closed: false });
    expect(wrong.damagedBytes).toBe(bytes.length - SEGMENT_HEADER_BYTES);
    const other = join(freshFolder(), 'f'.repeat(32));
    mkdirSync(other);
    copyFileSync(segmentPath(writer.folder, 1), segmentPath(other, 1));
    expect(new SpoolReader(other, SECRET).read(1)).toMatchObject({ calls: [], ended: [] });
  });

  it('is not taken for another number’s', async () => {
    const { writer, key } = await smallSegment();
    copyFileSync(segmentPath(writer.folder, 1), segmentPath(writer.folder, 2));
    expect(readSegment(writer.folder, 2, key)).toMatchObject({ frames: [], closed: false });
  });

  it('loses of one changed byte only the frame it lies in', async () => {
    const { writer, path, key, bytes, starts, ends } = await smallSegment();
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 0x80;
      writeFileSync(path, changed);
      const segment = readSegment(writer.folder, 1, key);
      const expected = starts.filter((start, row) => i < start || i >= (ends[row] ?? 0));
      expect(
        segment.frames.map(({ offset }) => offset + SEGMENT_HEADER_BYTES),
        `byte ${i}`,
      ).toEqual(expected);
      expect(segment.closed, `byte ${i}`).toBe(false);
      // the tag fits nothing any more, so it counts as damaged too
      expect(segment.damagedBytes, `byte ${i}`).toBeGreaterThanOrEqual(SEGMENT_TAG_BYTES);
    }
  });
});

describe('a torn segment', () => {
  it('keeps at every length all frames that lie before the cut, and never throws', async () => {
    const { writer, path, key, bytes, starts, ends } = await smallSegment();
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      const segment = readSegment(writer.folder, 1, key);
      const kept = starts.filter((_, row) => (ends[row] ?? Infinity) <= length);
      expect(
        segment.frames.map(({ offset }) => offset + SEGMENT_HEADER_BYTES),
        `length ${length}`,
      ).toEqual(kept);
      expect(segment.closed).toBe(false);
      const lastEnd = ends[kept.length - 1] ?? SEGMENT_HEADER_BYTES;
      const endOfEnd = bytes.length - SEGMENT_TAG_BYTES;
      const sound = kept.length === starts.length && length >= endOfEnd ? endOfEnd : lastEnd;
      expect(segment.damagedBytes, `length ${length}`).toBe(Math.max(0, length - sound));
      const batch = new SpoolReader(writer.folder, SECRET).read(1);
      expect(batch.calls.map(({ seq }) => seq)).toEqual([1, 2, 3].slice(0, Math.floor(kept.length / 3)));
    }
  });

  it('has the same time of receipt at every reading: that of its last change', async () => {
    const { writer, path, key, bytes } = await smallSegment();
    writeFileSync(path, bytes.subarray(0, -20));
    utimesSync(path, 1_700_000_000.5, 1_700_000_000.5);
    const times = [1, 2].map(() => readSegment(writer.folder, 1, key).receivedAt);
    expect(times).toEqual([1_700_000_000_500, 1_700_000_000_500]);
  });
});

describe('decryptAt', () => {
  it('reaches any stretch of the text', async () => {
    const folder = freshFolder();
    const id = 'ab'.repeat(16);
    const key = writerKey(SECRET, id);
    const text = noise(5000);
    const segment = new SegmentFile(folder, id, key, 3);
    // in pieces small and large, for the cipher streams over all of them
    segment.append([text.subarray(0, 7), text.subarray(7, 50)]);
    segment.append([text.subarray(50, 4700), text.subarray(4700)]);
    segment.closeFile();
    const sealed = readBytes(segmentPath(folder, 3)).subarray(SEGMENT_HEADER_BYTES);
    expect(sealed.equals(text)).toBe(false);
    for (const offset of [0, 1, 15, 16, 17, 31, 32, 33, 255, 256, 4095, 4097, 4999]) {
      for (const length of [1, 15, 16, 17, 1000]) {
        const part = decryptAt(key, 3, offset, sealed.subarray(offset, offset + length));
        expect(part.equals(text.subarray(offset, offset + length)), `${offset}+${length}`).toBe(true);
      }
    }
  });
});
