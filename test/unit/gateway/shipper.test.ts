/** The real worker thread between a real spool and a collector that the test plays. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { findHopSigner, HOP_HEADER } from '../../../collector/keys/derive.ts';
import { decodeTraceRequest, type DecodedResource } from '../../../collector/receive/otlp-protobuf.ts';
import { listSegments, listWriters } from '../../../collector/spool/reader.ts';
import { segmentPath } from '../../../collector/spool/segment.ts';
import { createSpoolWriter, type SpoolWriter } from '../../../collector/spool/writer.ts';
import { createShipper } from '../../../gateway/ship/shipper.ts';
import { waitUntil } from '../../kit/wait.ts';
import { closeMeta, openMeta } from '../spool/spool-calls.ts';
import { bodyOf, SECRET, startUpstream } from './kit.ts';

afterEach(() => void vi.unstubAllEnvs());

/** A collector that answers with the statuses in `refusals`, and from then on takes everything. */
async function startCollector(refusals: number[] = []) {
  const posts: DecodedResource[] = [];
  const url = await startUpstream(async (request, response) => {
    const body = await bodyOf(request);
    if (findHopSigner(SECRET, String(request.headers[HOP_HEADER]), 'collector') !== 'gateway') {
      return response.writeHead(401).end();
    }
    const status = refusals.shift() ?? 200;
    if (status === 200) posts.push(...decodeTraceRequest(body));
    return response.writeHead(status).end();
  });
  const seqs = () =>
    posts.flatMap(({ spans }) => spans.map(({ attributes }) => attributes.get('sekisho.seq')));
  const kinds = () => posts.flatMap(({ attributes }) => attributes.get('sekisho.writer.kind') ?? []);
  return { url, posts, seqs, kinds, refusals };
}

function freshSpool(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-ship-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(collectorUrl: string, spool = freshSpool()) {
  const trouble: string[] = [];
  const shipper = await createShipper({
    spool,
    secret: SECRET,
    collectorUrl,
    maxBytes: 2 ** 30,
    onTrouble: (line) => void trouble.push(line),
    onDeath: (error) => void trouble.push(`death: ${error.stack}`),
  });
  onTestFinished(() => shipper.stop(0));
  return { shipper, spool, trouble };
}

function writeCall(writer: SpoolWriter, text: string, parent_span_id = ''): number {
  const seq = writer.open(openMeta({ parent_span_id, model: 'm'.repeat(2000) }), Buffer.from(`ask ${text}`));
  writer.close(seq, closeMeta(), Buffer.from(`answer ${text}`), () => {});
  return seq;
}

it('ships every call once, whatever an operator’s own OTEL_* variables say', async () => {
  for (const [name, value] of Object.entries({
    OTEL_SDK_DISABLED: 'true',
    OTEL_TRACES_SAMPLER: 'always_off',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '10',
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '2',
    OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '10',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,x=y',
    OTEL_SERVICE_NAME: 'other',
  })) {
    vi.stubEnv(name, value);
  }
  const collector = await startCollector();
  const { shipper, trouble } = await start(collector.url);
  const seqs = [writeCall(shipper.writer, 'root'), writeCall(shipper.writer, 'child', '3'.repeat(16))];
  await shipper.flush();
  expect(collector.seqs()).toEqual(seqs);
  const post = collector.posts.find(({ spans }) => spans.length > 0);
  expect(Object.fromEntries(post?.attributes ?? [])).toMatchObject({
    'service.name': 'sekisho.gateway',
    'sekisho.segment.writer': shipper.writer.id,
    'sekisho.segment.n': 1,
  });
  expect(post?.attributes.has('x')).toBe(false);
  for (const span of post?.spans ?? []) {
    expect(span.attributes.get('gen_ai.request.model')).toBe('m'.repeat(2000));
    expect(String(span.attributes.get('sekisho.request.body'))).toMatch(/^ask (?:root|child)$/);
  }
  expect(trouble).toEqual([]);
});

it('says hello before and goodbye after, and leaves no folder', async () => {
  const collector = await startCollector();
  const { shipper } = await start(collector.url);
  writeCall(shipper.writer, 'one');
  await shipper.stop(10_000);
  expect(collector.kinds()).toEqual(['hello', 'bye']);
  expect(collector.seqs()).toEqual([1]);
  const bye = collector.posts.at(-1)?.attributes;
  expect(bye?.get('sekisho.writer.high_seq')).toBe(1);
  expect(existsSync(shipper.writer.folder)).toBe(false);
});

it('sends again what was not taken, keeps it until then, and frees the quota after', async () => {
  const collector = await startCollector();
  const { shipper, trouble } = await start(collector.url);
  await waitUntil('hello', () => collector.kinds().length === 1);
  collector.refusals.push(503, 500, 401);
  writeCall(shipper.writer, 'one');
  const flushed = shipper.flush();
  expect(shipper.writer.quota.used).toBeGreaterThan(0);
  expect(listSegments(shipper.writer.folder)).toEqual([1]);
  await flushed;
  expect(collector.seqs()).toEqual([1]);
  expect(listSegments(shipper.writer.folder)).toEqual([]);
  await waitUntil('the bytes to be free', () => shipper.writer.quota.used === 0);
  expect(trouble.join('\n')).toMatch(/did not take a batch \(status 503\)/);
});

it('adopts what a dead writer left: its calls, then its open ones as interrupted, and no folder stays', async () => {
  const spool = freshSpool();
  const ignore = (): void => {};
  const dead = await createSpoolWriter({
    folder: spool,
    secret: SECRET,
    maxBytes: 2 ** 30,
    onClosed: ignore,
    onTrouble: ignore,
  });
  const finished = [writeCall(dead, 'one')];
  const left = dead.open(openMeta(), Buffer.from('never answered'));
  dead.flush();
  finished.push(writeCall(dead, 'two'));
  dead.stop();
  dead.release();
  // another, still alive, is left alone
  const alive = await createSpoolWriter({
    folder: spool,
    secret: SECRET,
    maxBytes: 2 ** 30,
    onClosed: ignore,
    onTrouble: ignore,
  });
  onTestFinished(() => alive.release());
  writeCall(alive, 'mine');
  alive.flush();

  const collector = await startCollector();
  const { shipper } = await start(collector.url, spool);
  await waitUntil('its folder to be gone', () => !existsSync(dead.folder));
  await shipper.flush();
  const adopted = collector.posts.filter(
    ({ attributes }) => attributes.get('sekisho.segment.writer') === dead.id,
  );
  const seen = adopted.flatMap(({ attributes, spans }) =>
    spans.map((span) => [
      attributes.get('sekisho.segment.n'),
      span.attributes.get('sekisho.seq'),
      span.attributes.get('sekisho.outcome'),
    ]),
  );
  expect(seen).toEqual([
    [1, finished[0], 'ok'],
    [2, finished[1], 'ok'],
    [3, left, 'interrupted'],
  ]);
  expect(Object.fromEntries(adopted.at(-1)?.attributes ?? [])).toMatchObject({
    'sekisho.writer.kind': 'adopted',
    'sekisho.writer.high_seq': 3,
    'sekisho.writer.lost': '{}',
  });
  expect(listWriters(spool).toSorted()).toEqual([alive.folder, shipper.writer.folder].toSorted());
  const theirs = statSync(segmentPath(alive.folder, 1)).size;
  await waitUntil('the quota to know', () => shipper.writer.quota.used === theirs);
});
