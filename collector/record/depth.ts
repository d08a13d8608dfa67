/** How deep JSON from outside may be nested: writing it again, checking it and storing it all recurse. */

export const MAX_JSON_DEPTH = 200;

/** Whether lists and objects in `value` (as JSON.parse gives it) lie more than `max` deep in each other. */
export function isTooDeep(value: unknown, max = MAX_JSON_DEPTH): boolean {
  if (value === null || typeof value !== 'object') return false;
  return max === 0 || Object.values(value).some((inner) => isTooDeep(inner, max - 1));
}
