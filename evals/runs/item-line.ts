/** One line of a JSONL file of items, as OpenAI's evaluations take them. */
import { z } from 'zod';
import { isTooDeep, MAX_JSON_DEPTH } from '../../collector/record/depth.ts';

const json = z.record(z.string(), z.unknown());
const itemLine = z.object({ item: json, sample: json.optional() });
export type ItemLine = z.infer<typeof itemLine>;

/** The item, or why it is none. */
export function parseItemLine(text: string): ItemLine | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is no JSON';
  }
  if (isTooDeep(value)) return `is nested more than ${MAX_JSON_DEPTH} deep`;
  const parsed = itemLine.safeParse(value);
  return parsed.success ? parsed.data : 'needs an object "item", and may have an object "sample"';
}
