/** A gateway on a free port with a real spool in a fresh folder, an upstream that a test writes itself, and keys. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  API_KEY_PREFIX,
  createToken,
  hashToken,
  INGEST_TOKEN_PREFIX,
} from '../../../collector/keys/token.ts';
import {
  createRegistryView,
  type RegistryEntry,
  type RegistryView,
} from '../../../collector/registry/view.ts';
import type { SpooledCall } from '../../../collector/spool/call.ts';
import { FRAME } from '../../../collector/spool/frame.ts';
import { listSegments, SpoolReader } from '../../../collector/spool/reader.ts';
import { readSegment, writerKey } from '../../../collector/spool/segment.ts';
import { SpoolWriter } from '../../../collector/spool/writer.ts';
import { createGatewayApp } from '../../../gateway/app.ts';
import { createCapturing, type CaptureMode } from '../../../gateway/steps/capture.ts';
import { createUploads } from '../../../gateway/steps/hold-upload.ts';
import { createConsoleLink } from '../../../gateway/upstreams/console.ts';
import { createUpstream } from '../../../gateway/upstreams/upstream.ts';

export const SECRET = 'a secret of the gateway tests, long enough';
export const KEY = createToken(API_KEY_PREFIX);
export const TOKEN = createToken(INGEST_TOKEN_PREFIX);
/** Our own key for the upstream. */
export const PROVIDER_KEY = 'sk-ours-for-the-upstream';

/** A registry with one project, KEY and TOKEN in it. */
export function createRegistry() {
  const times = {
    revision: 1,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    created_by: 'system',
  };
  const common = { project_id: 'proj_1', ...times };
  const body = { name: 'n', shown: 's', status: 'active' } as const;
  const entries: RegistryEntry[] = [
    { kind: 'project', id: 'proj_1', ...common, body: { name: 'p', status: 'active' } },
    {
      kind: 'key',
      id: 'key_1',
      ...common,
      body: { ...body, hash: hashToken(SECRET, KEY), expires_at: null },
    },
    { kind: 'ingest_token', id: 'key_2', ...common, body: { ...body, hash: hashToken(SECRET, TOKEN) } },
  ];
  const view = createRegistryView();
  view.load({ seq: 3, head: '', entries });
  return view;
}

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that is the upstream. */
export function startUpstream(listener: RequestListener): Promise<string> {
  return listen(createServer(listener));
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Holds back every CLOSE on its way to the spool until it is told to let them go. */
export type Gate = {
  /** How many CLOSE frames wait. */
  readonly waiting: number;
  open(): void;
};

type GatewayOptions = {
  mode?: CaptureMode;
  gated?: boolean;
  maxBytes?: number;
  refusesUncaptured?: boolean;
  /** Base URL of a server that stands for the console; else it is away. */
  console?: string;
  registry?: RegistryView;
  maxUploadBytes?: number;
};
/** Nothing listens there. */
const AWAY = 'http://127.0.0.1:9';

export type TestGateway = {
  url: string;
  writer: SpoolWriter;
  gate: Gate;
  /** How many have begun to arrive. */
  readonly requests: number;
  /** Folder of the uploads that wait, and how many of them hold a file open. */
  uploads: string;
  openUploads(): number;
  /** Calls that have ended, as the spool's reader puts them together. */
  calls(): Promise<SpooledCall[]>;
  /** Numbers of the calls whose CLOSE lies in a file at this moment. */
  closedOnDisk(): number[];
};

/** A gateway whose only upstream is a server at `upstream`. */
export async function startGateway(upstream: string, options: GatewayOptions = {}): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-gateway-'));
  const ignore = () => {};
  const writer = new SpoolWriter({
    folder,
    secret: SECRET,
    maxBytes: options.maxBytes ?? 2 ** 40,
    onClosed: ignore,
    onTrouble: ignore,
  });
  await writer.start();
  const held: (() => void)[] = [];
  const gated = options.gated ? withGate(writer, held) : writer;
  const capturing = createCapturing(gated, options.mode ?? 'full');
  const to = createUpstream(`${upstream}/v1`, { name: 'test', apiKey: PROVIDER_KEY });
  const link = createConsoleLink(options.console ?? AWAY, SECRET);
  const registry = options.registry ?? createRegistry();
  const app = createGatewayApp({
    secret: SECRET,
    registry,
    capturing,
    refusesUncaptured: options.refusesUncaptured ?? false,
    upstreams: { key: to, passthrough: to },
    link,
    uploads: await createUploads(join(folder, 'uploads'), options.maxUploadBytes),
    hosts: [],
    notReady: () => '',
    flush: async () => writer.flush(),
  });
  let requests = 0;
  const server = createServer(app).prependListener('request', () => void requests++);
  const url = await listen(server);
  onTestFinished(async () => {
    capturing.stop();
    await to.pool.destroy();
    await link.stop();
    writer.stop();
    writer.release();
    rmSync(folder, { recursive: true, force: true });
  });
  const key = writerKey(SECRET, writer.id);
  const uploads = join(folder, 'uploads');
  return {
    url,
    writer,
    get requests() {
      return requests;
    },
    uploads,
    openUploads: () => countOpenFiles(uploads),
    gate: {
      get waiting() {
        return held.length;
      },
      open: () => held.splice(0).forEach((release) => release()),
    },
    async calls() {
      writer.flush();
      const reader = new SpoolReader(writer.folder, SECRET);
      return listSegments(writer.folder).flatMap((n) => reader.read(n).calls);
    },
    closedOnDisk: () =>
      listSegments(writer.folder).flatMap((n) =>
        readSegment(writer.folder, n, key).frames.flatMap(({ type, seq }) =>
          type === FRAME.close ? [seq] : [],
        ),
      ),
  };
}

function withGate(writer: SpoolWriter, held: (() => void)[]): SpoolWriter {
  return new Proxy(writer, {
    get(target, name) {
      if (name === 'close') {
        return (...args: Parameters<SpoolWriter['close']>) => void held.push(() => target.close(...args));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Files below `folder` that this process holds open, those without a name too. */
function countOpenFiles(folder: string): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(folder)).length;
}
