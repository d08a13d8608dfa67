import { describe, expect, it } from 'vitest';
import {
  encodeFrameHead,
  findFrameAt,
  FRAME,
  FRAME_HEADER_BYTES,
  parseFrames,
  splitPayload,
} from '../../../collector/spool/frame.ts';
import { noise } from './kit.ts';

const EMPTY = Buffer.alloc(0);

function encode(type: 1 | 2 | 3 | 4, seq: number, meta: object | undefined, body: Buffer): Buffer {
  return Buffer.concat([encodeFrameHead(type, seq, meta, body), body]);
}

describe('a frame', () => {
  it.each([
    ['ASCII', { model: 'gpt-4o' }, Buffer.from('{"a":1}')],
    ['unicode', { model: '関所 🏯 é\u2028"\\', headers: { 'x-tags': 'ü' } }, Buffer.from('こんにちは')],
    [
      'binary, the magic number included',
      { n: 0 },
      Buffer.concat([Buffer.from([0xc1, 0x5e]), noise(70_000)]),
    ],
    ['an empty body', { n: 1 }, EMPTY],
    ['an empty object', {}, noise(3)],
  ])('gives back what was put in: %s', (_name, meta, body) => {
    const bytes = encode(FRAME.open, 7, meta, body);
    const frame = findFrameAt(bytes, 0);
    expect(frame).toMatchObject({ type: FRAME.open, seq: 7, offset: 0 });
    const split = splitPayload(frame?.payload ?? EMPTY);
    expect(split.meta).toEqual(meta);
    expect(split.body.equals(body)).toBe(true);
  });

  it('holds raw bytes alone where there is no meta', () => {
    const body = noise(1000);
    const frame = findFrameAt(encode(FRAME.chunk, 9, undefined, body), 0);
    expect(frame?.payload.equals(body)).toBe(true);
  });

  it.each([1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER])(
    'holds the seq %i exactly',
    (seq) => {
      expect(findFrameAt(encode(FRAME.chunk, seq, undefined, EMPTY), 0)?.seq).toBe(seq);
    },
  );

  it('is laid out as its documentation says, for it is on people’s disks', () => {
    const bytes = encode(FRAME.close, 0x1_0000_0002, { a: 1 }, Buffer.from('xy'));
    expect(bytes.subarray(0, 16).toString('hex')).toBe('c15e03000d0000000200000001000000');
    expect(bytes.subarray(FRAME_HEADER_BYTES).toString('latin1')).toBe('\x07\0\0\0{"a":1}xy');
  });

  it('is not found with any one byte of it changed', () => {
    const bytes = encode(FRAME.close, 300, { outcome: 'ok', text: '本' }, noise(50));
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 0x10;
      expect(findFrameAt(changed, 0), `byte ${i}`).toBeUndefined();
    }
  });
});

describe('a row of frames', () => {
  const rows = [
    encode(FRAME.open, 1, { model: 'a' }, Buffer.from('first')),
    encode(FRAME.chunk, 1, undefined, noise(40)),
    encode(FRAME.close, 1, { outcome: 'ok' }, Buffer.from('last')),
  ];

  it('is found whole, with nothing damaged', () => {
    const { frames, damagedBytes } = parseFrames(Buffer.concat(rows));
    expect(frames.map(({ type }) => type)).toEqual([FRAME.open, FRAME.chunk, FRAME.close]);
    expect(damagedBytes).toBe(0);
  });

  it('loses what is damaged and no other, and says how many bytes that were', () => {
    const whole = Buffer.concat(rows);
    const starts = [0, rows[0]?.length ?? 0, (rows[0]?.length ?? 0) + (rows[1]?.length ?? 0)];
    for (let i = 0; i < whole.length; i++) {
      const changed = Buffer.from(whole);
      changed[i] = (changed[i] ?? 0) ^ 0x01;
      const hit = starts.findLastIndex((start) => start <= i);
      const { frames, damagedBytes } = parseFrames(changed);
      expect(
        frames.map(({ offset }) => offset),
        `byte ${i}`,
      ).toEqual(starts.filter((_, row) => row !== hit));
      expect(damagedBytes, `byte ${i}`).toBe(rows[hit]?.length);
    }
  });

  it('is found again behind bytes that belong to nothing', () => {
    const { frames, damagedBytes } = parseFrames(Buffer.concat([Buffer.from('rubbish'), ...rows]));
    expect(frames).toHaveLength(3);
    expect(damagedBytes).toBe(7);
  });
});
