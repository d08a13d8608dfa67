/** Asks models: only through the gateway, so that what a job asks is captured like any other call. */
import { setTimeout as delay } from 'node:timers/promises';
import { HOP_HEADER, PROJECT_HEADER, PURPOSE_HEADER, type Room, signHop } from '../collector/keys/derive.ts';

const TRIES = 4;
/** 500 is mostly a bug over there, which asking again does not mend; every try is a call that is captured. */
const TRIES_AT_500 = 2;
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 8_000;
const TIMEOUT_MS = 600_000;

export type ModelPurpose = 'judge' | 'sample' | 'embedding' | 'playground';

export type ModelQuestion = {
  project_id: string;
  /** From /v1 on: `/v1/chat/completions`. */
  path: string;
  body: unknown;
  purpose: ModelPurpose;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
};

export type ModelAnswer = {
  status: number;
  /** The parsed body; undefined where it was no JSON. */
  body: unknown;
  /** Of the call as it was captured: 32 and 16 hex digits, '' where the gateway did not say. */
  trace_id: string;
  span_id: string;
};

export type GatewayClient = {
  /**
   * Asks, again after 429, 5xx and broken connections (a few times, backing off as it is told to). An answer with any
   * other status is an answer. @throws Error when the gateway cannot be reached; the signal's reason
   */
  ask(question: ModelQuestion): Promise<ModelAnswer>;
  /** Asks once and hands the answer over as it comes. */
  open(question: ModelQuestion): Promise<Response>;
};

/** A client of the gateway at `url` (without /v1) for room `from`. */
export function createGatewayClient(url: string, secret: string, from: Room): GatewayClient {
  const open = (question: ModelQuestion): Promise<Response> => {
    const { project_id, path, body, purpose, headers, signal } = question;
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    return fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        [HOP_HEADER]: signHop(secret, from, 'gateway'),
        [PROJECT_HEADER]: project_id,
        [PURPOSE_HEADER]: purpose,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      redirect: 'error',
    });
  };
  return {
    open,
    async ask(question) {
      for (let attempt = 1; ; attempt++) {
        const isLast = attempt === TRIES;
        try {
          const response = await open(question);
          const isBusy = response.status === 429 || response.status >= 500;
          const isEnough = isLast || (response.status === 500 && attempt >= TRIES_AT_500);
          if (!isBusy || isEnough) {
            const text = await response.text();
            return {
              status: response.status,
              body: parseJson(text),
              trace_id: response.headers.get('x-sekisho-trace-id') ?? '',
              span_id: response.headers.get('x-sekisho-span-id') ?? '',
            };
          }
          await response.body?.cancel();
          await pause(attempt, Number(response.headers.get('retry-after')), question.signal);
        } catch (error) {
          question.signal?.throwIfAborted();
          if (isLast) throw error;
          await pause(attempt, 0, question.signal);
        }
      }
    },
  };
}

/** What a busy gateway or provider asks for (seconds), else a doubling back-off with jitter. */
async function pause(attempt: number, retryAfter: number, signal: AbortSignal | undefined): Promise<void> {
  const backoff = Math.min(BACKOFF_MIN_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS) * (0.5 + Math.random() / 2);
  const wanted = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1000 : backoff;
  await delay(Math.min(wanted, BACKOFF_MAX_MS), undefined, signal ? { signal } : {});
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
