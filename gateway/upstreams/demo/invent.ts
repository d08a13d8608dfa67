/** Values that fit a JSON schema, for tool arguments and structured answers. */
import { asArray, asObject, type Json } from './question.ts';

const MAX_DEPTH = 8;

/** Paths, identifiers with digits, numbers and quoted words of a text: what an argument is most likely about. */
function findMentions(text: string): string[] {
  const quoted = [...text.matchAll(/[`"「『]([^`"」』\n]{1,60})[`"」』]/gu)].map((match) => match[1] ?? '');
  const named = text.match(/[\w-]+(?:\/[\w.-]+)+|[\w-]+\.[a-z]{1,4}\b|[A-Z]{1,4}-?\d{3,}/gu) ?? [];
  return [...named, ...quoted];
}

function inventText(name: string, schema: Json, source: string): string {
  if (schema['format'] === 'date') return '2026-11-22';
  if (schema['format'] === 'date-time') return '2026-11-22T09:00:00Z';
  if (schema['format'] === 'email') return 'simulated@example.com';
  const mentions = findMentions(source);
  const wantsPath = /path|file/iu.test(name);
  const fitting = wantsPath ? mentions.find((mention) => mention.includes('.')) : mentions[0];
  return fitting ?? (source.slice(0, 60).trim() || `simulated ${name}`);
}

function inventNumber(schema: Json, source: string, whole: boolean): number {
  const found = Number(/\d+(?:\.\d+)?/u.exec(source.replaceAll(',', ''))?.[0] ?? '1');
  const low = Number(schema['minimum'] ?? Number.NEGATIVE_INFINITY);
  const high = Number(schema['maximum'] ?? Number.POSITIVE_INFINITY);
  const value = Math.min(high, Math.max(low, found));
  return whole ? Math.round(value) : value;
}

/** A value of `schema` for the property `name`, with details taken from `source` where it has some. */
export function inventValue(schema: Json, source: string, name = 'value', depth = 0): unknown {
  const choices = asArray(schema['enum']);
  if ('const' in schema) return schema['const'];
  if (choices.length > 0) return choices.find((choice) => source.includes(String(choice))) ?? choices[0];
  const variant = asArray(schema['anyOf'] ?? schema['oneOf'])[0];
  if (variant !== undefined) return inventValue(asObject(variant), source, name, depth + 1);
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (type === 'integer' || type === 'number') return inventNumber(schema, source, type === 'integer');
  if (type === 'array') {
    return depth < MAX_DEPTH ? [inventValue(asObject(schema['items']), source, name, depth + 1)] : [];
  }
  if (type === 'object' || schema['properties'] !== undefined) {
    if (depth >= MAX_DEPTH) return {};
    const properties = Object.entries(asObject(schema['properties']));
    return Object.fromEntries(
      properties.map(([key, value]) => [key, inventValue(asObject(value), source, key, depth + 1)]),
    );
  }
  return inventText(name, schema, source);
}
