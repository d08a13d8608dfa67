/** Vectors of texts, by any embedding model behind the gateway. */
import { z } from 'zod';
import type { GatewayClient } from '../gateway-client.ts';
import { PermanentError } from '../jobs/runner.ts';

const TIMED_OUT = 408;
const TOO_MANY = 429;

const answer = z.object({
  data: z.array(
    z.object({
      index: z.number().int().optional(),
      embedding: z.union([z.array(z.number()), z.base64()]),
    }),
  ),
});

export type EmbedQuestion = {
  project_id: string;
  model: string;
  texts: readonly string[];
  signal?: AbortSignal | undefined;
};

/**
 * One vector per text, in order, all of one length.
 * @throws PermanentError server_error where the model refuses (its status is named, its words are not repeated) or
 * answers something else than embeddings; Error where trying again may help
 */
export async function embedTexts(
  gateway: GatewayClient,
  { project_id, model, texts, signal }: EmbedQuestion,
): Promise<number[][]> {
  const { status, body } = await gateway.ask({
    project_id,
    path: '/v1/embeddings',
    // Named, because an upstream that knows base64 only by name sends floats all the same.
    body: { model, input: texts, encoding_format: 'float' },
    purpose: 'embedding',
    signal,
  });
  if (status === TIMED_OUT || status === TOO_MANY || status >= 500) {
    throw new Error(`the embedding model ${model} answered with status ${status}`);
  }
  if (status >= 400) {
    throw new PermanentError(
      'server_error',
      `The embedding model ${model} answered with status ${status}. Its call is among the project's calls.`,
    );
  }
  const vectors = readVectors(body, texts.length);
  if (!vectors) {
    throw new PermanentError('server_error', `The embedding model ${model} did not answer with embeddings.`);
  }
  return vectors;
}

/** Base64 is of little-endian float32. */
function readVectors(body: unknown, count: number): number[][] | undefined {
  const parsed = answer.safeParse(body);
  if (!parsed.success || parsed.data.data.length !== count) return undefined;
  const vectors: number[][] = [];
  for (const [place, { index = place, embedding }] of parsed.data.data.entries()) {
    vectors[index] = typeof embedding === 'string' ? fromBase64(embedding) : embedding;
  }
  const length = vectors[0]?.length ?? 0;
  const isWhole = Array.from({ length: count }, (_, index) => vectors[index]).every(
    (vector) => vector !== undefined && vector.length === length && vector.every(Number.isFinite),
  );
  return length > 0 && isWhole ? vectors : undefined;
}

function fromBase64(text: string): number[] {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0) return [];
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}
