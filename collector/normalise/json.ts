/** Reading untrusted JSON without ever throwing: each getter gives a plain default where the shape is another. */

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const toObject = (value: unknown): Json => (isObject(value) ? value : {});
export const toArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const toText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A count of tokens: a finite number from 0 on, rounded. */
export function toCount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}

/** JSON text parsed, or the text itself where it is no JSON (arguments of a tool call that was cut). */
export function parseLoose(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
