import { describe, expect, it } from 'vitest';
import { createQuota } from '../../../collector/spool/quota.ts';
import { SpoolReader } from '../../../collector/spool/reader.ts';
import { closeMeta, freshFolder, openMeta, openWriter, readAll, SECRET, writeCall } from './kit.ts';

const BODY = Buffer.alloc(10_000, 'x');

describe('the quota', () => {
  it.each([
    [0, 'whole', 10_000],
    [799, 'whole', 10_000],
    [800, 'truncated', 4096],
    [899, 'truncated', 4096],
    [900, 'metadata', 0],
    [999, 'metadata', 0],
    [1000, 'lost', 0],
    [5000, 'lost', 0],
  ] as const)('of 1000 bytes, %i of them used, is at: %s', (used, level, admitted) => {
    const quota = createQuota(1000, () => {});
    quota.add(used);
    expect(quota.level()).toBe(level);
    expect(quota.admit(BODY)).toHaveLength(admitted);
  });

  it('is freed again, never below nothing, and each change of level is said once', () => {
    const lines: string[] = [];
    const quota = createQuota(1000, (line) => void lines.push(line));
    for (const bytes of [850, 0, 100, 0, 100, 0]) {
      quota.add(bytes);
      quota.level();
    }
    quota.add(-5000);
    expect(quota.used).toBe(0);
    expect(quota.level()).toBe('whole');
    expect(lines.map((line) => line.split(': ').at(-1))).toEqual(['truncated', 'metadata', 'lost', 'whole']);
  });

  it('counts losses by reason and says the first of each', () => {
    const lines: string[] = [];
    const quota = createQuota(1000, (line) => void lines.push(line));
    for (const reason of ['spool_full', 'spool_full', 'spool_error']) quota.countLost(reason);
    expect(quota.lost).toEqual({ spool_full: 2, spool_error: 1 });
    expect(lines).toHaveLength(2);
  });
});

describe('a writer that fills its quota', () => {
  it('cuts bodies, then drops them, then counts calls as lost, and keeps the ends of calls on disk', async () => {
    const { writer, trouble } = await openWriter(freshFolder(), 100_000);
    const early = writer.open(openMeta({ model: 'early' }), BODY);
    writer.flush();
    writer.quota.add(80_000 - writer.quota.used);
    const cut = writeCall(writer, BODY.toString(), BODY.toString());
    writer.flush();
    writer.quota.add(90_000 - writer.quota.used);
    const bare = writeCall(writer, BODY.toString(), BODY.toString());
    writer.flush();
    writer.quota.add(100_000 - writer.quota.used);
    expect(writer.canAccept).toBe(false);
    let lostDone = 0;
    const lost = writer.open(openMeta(), BODY);
    writer.chunk(lost, BODY);
    writer.close(lost, closeMeta(), BODY, () => lostDone++);
    writer.chunk(early, BODY);
    writer.close(early, closeMeta(), BODY, () => {});
    writer.flush();
    expect(lostDone).toBe(1);
    expect(writer.quota.lost).toEqual({ spool_full: 1 });
    expect(trouble.some((line) => line.includes('lost'))).toBe(true);

    const calls = new Map(readAll(writer.folder).calls.map((call) => [call.seq, call]));
    const sizes = (seq: number) => {
      const call = calls.get(seq);
      return [call?.request.length, Buffer.concat(call?.response ?? []).length, call?.close?.truncated];
    };
    expect([...calls.keys()].toSorted()).toEqual([early, cut, bare]);
    expect(sizes(cut)).toEqual([4096, 4096, true]);
    expect(sizes(bare)).toEqual([0, 0, true]);
    expect(sizes(early)).toEqual([10_000, 0, true]);
  });

  it('counts what it writes to the byte, and recovers when that is acknowledged', async () => {
    const { writer } = await openWriter(freshFolder(), 100_000);
    for (let i = 0; i < 8 && writer.quota.level() === 'whole'; i++)
      writeCall(writer, BODY.toString(), BODY.toString());
    writer.flush();
    for (let i = 0; i < 4; i++) writeCall(writer, BODY.toString());
    writer.flush();
    expect(writer.quota.level()).not.toBe('whole');
    const reader = new SpoolReader(writer.folder, SECRET);
    const freed = [1, 2].map((n) => reader.acknowledge(reader.read(n)));
    expect(freed.reduce((sum, bytes) => sum + bytes, 0)).toBe(writer.quota.used);
    for (const bytes of freed) writer.quota.add(-bytes);
    expect(writer.quota.used).toBe(0);
    expect(writer.canAccept).toBe(true);
    const seq = writeCall(writer, BODY.toString());
    writer.flush();
    expect(readAll(writer.folder).calls).toMatchObject([{ seq, request: BODY, close: { truncated: false } }]);
  });
});
