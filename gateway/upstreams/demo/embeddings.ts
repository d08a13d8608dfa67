/** Vectors as OpenAI's embeddings endpoint sends them, and a way to make them that puts similar texts side by side. */
import { createRandom, hashText } from './seed.ts';

const DIMENSIONS_PER_FEATURE = 8;

/** Words and, so that Japanese and word forms match too, runs of two characters. */
export function toFeatures(text: string): string[] {
  const lower = text.toLowerCase();
  const words = lower.match(/[\p{L}\p{N}]+/gu) ?? [];
  const pairs = words.flatMap((word) => {
    const letters = [...word];
    return letters.slice(1).map((letter, index) => `${letters[index]}${letter}`);
  });
  return [...words, ...pairs];
}

/** A unit vector of `text`: the sum of one fixed sparse random vector for each word and pair of letters in it. */
export function toVector(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const feature of ['', ...toFeatures(text)]) {
    const random = createRandom(hashText(feature));
    // The empty feature is in every text, so that no vector is zero; it must not make all texts alike.
    const weight = feature === '' ? 0.1 : feature.length > 2 ? 2 : 1;
    for (let i = 0; i < DIMENSIONS_PER_FEATURE; i++) {
      const at = Math.floor(random() * dimensions);
      vector[at] = (vector[at] ?? 0) + (random() < 0.5 ? -weight : weight);
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}

/** The body of an embeddings call; base64 is little-endian float32. */
export function toEmbeddingList(
  vectors: readonly Float32Array[],
  options: { model: string; tokens: number; base64: boolean },
): object {
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: options.base64 ? toBase64(vector) : [...vector],
    })),
    model: options.model,
    usage: { prompt_tokens: options.tokens, total_tokens: options.tokens },
  };
}
