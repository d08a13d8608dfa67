/** The stock SDK with one thing added: it keeps what came over the wire, byte for byte. */
import OpenAI from 'openai';

export type Exchange = {
  status: number;
  headers: Headers;
  /** Settles with the answer's bytes once all of them, or all there will be, are here. */
  bytes: Promise<Buffer>;
  /** Of Sekisho's own, or empty. */
  traceId: string;
};

async function collect(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch {
    // broken off: what came before counts
  }
  return Buffer.concat(chunks);
}

/** A client of `baseURL` and the list of its exchanges, oldest first. */
export function createRecordingClient(options: { baseURL: string; apiKey: string }) {
  const exchanges: Exchange[] = [];
  const client = new OpenAI({
    ...options,
    organization: null,
    project: null,
    maxRetries: 0,
    async fetch(url, init) {
      const response = await fetch(url, init);
      const [kept = null, passed = null] = response.body?.tee() ?? [];
      exchanges.push({
        status: response.status,
        headers: response.headers,
        bytes: kept === null ? Promise.resolve(Buffer.alloc(0)) : collect(kept),
        traceId: response.headers.get('x-sekisho-trace-id') ?? '',
      });
      return new Response(passed, response);
    },
  });
  return { client, exchanges };
}
