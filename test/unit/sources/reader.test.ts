import { describe, expect, it, onTestFinished } from 'vitest';
import { deflateSync } from 'node:zlib';
import { createFileReader, type ReaderLimits } from '../../../evals/sources/parse/reader.ts';

const CHUNKING = { max_chunk_size_tokens: 100, chunk_overlap_tokens: 50 };
const never = new AbortController().signal;
const order = (filename: string, text: string | Uint8Array) => ({
  filename,
  bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
  chunking: CHUNKING,
});

function startReader(limits: Partial<ReaderLimits> = {}) {
  const reader = createFileReader(limits);
  onTestFinished(() => reader.stop());
  return reader;
}

/** A PDF whose one page unpacks to `bytes` bytes. */
function bomb(bytes: number): Uint8Array {
  const packed = deflateSync(Buffer.alloc(bytes, 0x20), { level: 9 });
  const head =
    '%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n' +
    '2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n' +
    '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << >> >>\nendobj\n' +
    `4 0 obj\n<< /Length ${packed.length} /Filter /FlateDecode >>\nstream\n`;
  const tail = '\nendstream\nendobj\ntrailer\n<< /Size 5 /Root 1 0 R >>\n%%EOF\n';
  return Buffer.concat([Buffer.from(head), packed, Buffer.from(tail)]);
}

describe('a reader of files', () => {
  it('reads several at once, each whole', async () => {
    const reader = startReader();
    const texts = ['one', '二つ目', 'three '.repeat(500)];
    const read = await Promise.all(texts.map((text, i) => reader.read(order(`${i}.txt`, text), never)));
    expect(read.map(({ chunks }) => chunks[0]?.text.slice(0, 5))).toEqual(['one', '二つ目', 'three']);
    expect(read[2]?.chunks.length).toBeGreaterThan(5);
  });

  it('passes on why one cannot be read, and reads the next', async () => {
    const reader = startReader();
    await expect(reader.read(order('a.zip', 'PK'), never)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'unsupported_file',
    });
    expect((await reader.read(order('a.txt', 'fine'), never)).tokens).toBe(1);
  });

  it('ends one that takes too long, and reads the next', async () => {
    const reader = startReader({ timeout_ms: 300 });
    const long = order('a.txt', 'some words that go on '.repeat(600_000));
    await expect(reader.read(long, never)).rejects.toMatchObject({ code: 'invalid_file' });
    await reader.stop();
    const next = startReader();
    expect((await next.read(order('b.txt', 'fine'), never)).tokens).toBe(1);
  });

  it('ends one that fills the heap, while the process goes on', async () => {
    const reader = startReader({ heap_mb: 128 });
    const large = order('a.txt', 'some words that go on '.repeat(1_500_000));
    await expect(reader.read(large, never)).rejects.toMatchObject({ code: 'invalid_file' });
    expect((await reader.read(order('b.txt', 'fine'), never)).tokens).toBe(1);
  });

  it('ends a PDF that unpacks to more than there may be', async () => {
    const reader = startReader({ growth_mb: 400 });
    await expect(reader.read(order('a.pdf', bomb(1_500_000_000)), never)).rejects.toMatchObject({
      code: 'invalid_file',
    });
    expect((await reader.read(order('b.txt', 'fine'), never)).tokens).toBe(1);
  });

  it('stops when it is told to', async () => {
    const reader = startReader();
    const cancelled = new AbortController();
    const reading = reader.read(order('a.txt', 'some words that go on '.repeat(600_000)), cancelled.signal);
    cancelled.abort(new Error('cancelled'));
    await expect(reading).rejects.toThrow('cancelled');
  });
});
