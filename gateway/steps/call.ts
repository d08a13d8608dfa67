/** One request on its way through the gateway: what the steps know of it and hand to each other. */
import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { CallPrompt } from '../../collector/spool/call.ts';

/** Who is calling. `key`: our key, the upstream's key is ours too. `passthrough`: the app keeps its own. */
export type Principal = { project_id: string; key_id: string; way: 'key' | 'passthrough' };

export type Call = {
  /** Milliseconds since the epoch, and on the monotonic clock. */
  started_at: number;
  started: number;
  trace_id: string;
  span_id: string;
  parent_span_id: string;
  principal: Principal;
  method: string;
  /** Path as upstream's clients write it, from /v1 on; without query. */
  path: string;
  /** Without the question mark. */
  query: string;
  /** Why a room of ours asks; '' for everybody else. */
  purpose: string;
  /** The managed prompt that the call is made from. */
  prompt: CallPrompt | undefined;
};

/** What only our own rooms may say of a call. */
export type Claim = { purpose: string; prompt: CallPrompt | undefined };
const NO_CLAIM: Claim = { purpose: '', prompt: undefined };

const POOL_BYTES = 4096;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

function randomHex(bytes: number): string {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** W3C trace context, version 00: trace id and parent id, or a new trace where there is none or it is invalid. */
export function parseTraceparent(header: string | undefined): { trace_id: string; parent_span_id: string } {
  const match = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/.exec(
    header ?? '',
  );
  if (!match) return { trace_id: randomHex(16), parent_span_id: '' };
  return { trace_id: match[1] ?? '', parent_span_id: match[2] ?? '' };
}

/** A call that begins now. */
export function beginCall(
  request: IncomingMessage,
  principal: Principal,
  path: string,
  query: string,
  claim: Claim = NO_CLAIM,
): Call {
  const traceparent = request.headers['traceparent'];
  return {
    started_at: Date.now(),
    started: performance.now(),
    ...parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined),
    span_id: randomHex(8),
    principal,
    method: request.method ?? 'GET',
    path,
    query,
    purpose: claim.purpose,
    prompt: claim.prompt,
  };
}

/** A call of our own that `parent` needs: in its trace, below it. */
export function beginChild(parent: Call, method: string, path: string): Call {
  return {
    ...parent,
    started_at: Date.now(),
    started: performance.now(),
    span_id: randomHex(8),
    parent_span_id: parent.span_id,
    method,
    path,
    query: '',
    prompt: undefined,
  };
}
