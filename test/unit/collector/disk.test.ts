import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIN_FREE_BYTES, freeBytes, keepBallast } from '../../../collector/store/disk.ts';
import { enginePackage, findEngineLibrary } from '../../../collector/store/library.ts';

describe('the ballast file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sekisho-disk-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('takes real room while there is plenty, and gives it back when there is none', () => {
    const path = join(folder, 'ballast');
    expect(keepBallast(folder, 8 * MIN_FREE_BYTES)).toBeUndefined();
    const { size, blocks } = statSync(path);
    expect(blocks * 512).toBeGreaterThanOrEqual(size);
    expect(keepBallast(folder, MIN_FREE_BYTES - 1)).toContain('make room');
    expect(existsSync(path)).toBe(false);
  });

  it('is not made where room is short, and left alone in between', () => {
    expect(keepBallast(folder, MIN_FREE_BYTES + 1)).toBeUndefined();
    expect(existsSync(join(folder, 'ballast'))).toBe(false);
  });

  it('is measured on the disk itself', () => {
    expect(freeBytes(folder)).toBeGreaterThan(0);
  });
});

describe('the library of the engine', () => {
  it('is named after platform and processor', () => {
    expect(enginePackage('linux', 'arm64')).toBe('@chdb/lib-linux-arm64-gnu');
    expect(enginePackage('darwin', 'arm64')).toBe('@chdb/lib-darwin-arm64');
  });

  it('is found here, and its package is named where it is missing', () => {
    expect(findEngineLibrary()).toMatch(/libchdb\.so$/);
    expect(() => findEngineLibrary('@chdb/lib-none')).toThrow('@chdb/lib-none is not installed');
  });
});
