/** Filters on the attributes of files, in OpenAI's shape. */
import type { FileAttributes } from '../../collector/record/source.ts';
import { AppError } from '../../errors.ts';

type Scalar = string | number | boolean;
type Comparison = {
  type: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'nin';
  key: string;
  value: Scalar | (string | number)[];
};
export type AttributeFilter = Comparison | { type: 'and' | 'or'; filters: AttributeFilter[] };

/** Deeper ones are nobody's question. */
const MAX_DEPTH = 20;

/**
 * A test of attributes. A file without the attribute passes `ne` and `nin` only; `gt` and the like compare numbers
 * with numbers and texts with texts (ISO 8601 times sort as they should), and nothing else.
 * @throws AppError invalid_body for a list where one value is meant, or the reverse
 */
export function toAttributeTest(filter: AttributeFilter, depth = 1): (attributes: FileAttributes) => boolean {
  if (depth > MAX_DEPTH) throw refuse(`are nested more than ${MAX_DEPTH} deep`);
  if ('filters' in filter) {
    const tests = filter.filters.map((each) => toAttributeTest(each, depth + 1));
    return filter.type === 'and'
      ? (attributes) => tests.every((test) => test(attributes))
      : (attributes) => tests.some((test) => test(attributes));
  }
  return toComparison(filter);
}

function toComparison({ type, key, value }: Comparison): (attributes: FileAttributes) => boolean {
  if (type === 'in' || type === 'nin') {
    if (!Array.isArray(value)) throw refuse(`"${type}" takes a list of values`);
    const values = new Set<unknown>(value);
    return (attributes) => values.has(valueOf(attributes, key)) === (type === 'in');
  }
  if (Array.isArray(value)) throw refuse(`"${type}" takes one value, not a list`);
  const passes = TESTS[type];
  return (attributes) => passes(valueOf(attributes, key), value);
}

const TESTS: Record<Exclude<Comparison['type'], 'in' | 'nin'>, (mine: unknown, value: Scalar) => boolean> = {
  eq: (mine, value) => mine === value,
  ne: (mine, value) => mine !== value,
  gt: (mine, value) => isComparable(mine, value) && mine > value,
  gte: (mine, value) => isComparable(mine, value) && mine >= value,
  lt: (mine, value) => isComparable(mine, value) && mine < value,
  lte: (mine, value) => isComparable(mine, value) && mine <= value,
};

const isComparable = (mine: unknown, value: Scalar): mine is Scalar =>
  typeof mine === typeof value && typeof mine !== 'boolean';

/** Only what was set: not what every object has. */
const valueOf = (attributes: FileAttributes, key: string): unknown =>
  Object.hasOwn(attributes, key) ? attributes[key] : undefined;

const refuse = (what: string): AppError =>
  new AppError('invalid_body', `filters: ${what}`, { param: 'filters' });
