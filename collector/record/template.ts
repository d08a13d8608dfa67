/**
 * Logic-less templates: `{{name}}` or `{{item.path.to.value}}`, replaced by text and by nothing else. What a value
 * holds is never read as a template again. Used alike by the gateway (prompts), evals (graders) and the page (preview).
 */

/** Of one text once it is filled in: a short template can name a long value very often. */
export const MAX_RENDERED_CHARS = 32_000_000;

/** Letters of any language: the columns of a table may well be `質問` and `回答`. */
const PLACEHOLDER = /\{\{\s*([\p{L}_][\p{L}\p{M}\p{N}_-]*(?:\.[\p{L}\p{M}\p{N}_-]+)*)\s*\}\}/gu;

/** The placeholders of `texts`, each once, in order of appearance. */
export function findVariables(...texts: readonly string[]): string[] {
  const names = texts.flatMap((text) => [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ''));
  return [...new Set(names)];
}

/** `text` cut at its placeholders: texts at even places, names at odd ones. */
export function splitTemplate(text: string): string[] {
  return text.split(PLACEHOLDER);
}

/**
 * `text` with every placeholder replaced. A string stands as it is, anything else as JSON.
 * @throws MissingVariableError that names the first placeholder `lookUp` has no value for (undefined); RangeError past
 * MAX_RENDERED_CHARS
 */
export function renderTemplate(text: string, lookUp: (name: string) => unknown): string {
  let length = text.length;
  return text.replace(PLACEHOLDER, (_all, name: string) => {
    const value = lookUp(name);
    if (value === undefined) throw new MissingVariableError(name);
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    length += shown.length;
    if (length > MAX_RENDERED_CHARS) throw new RangeError('the template is too long once it is filled in');
    return shown;
  });
}

/** Looks a dotted path up in `scope`, own members only; undefined where it leads nowhere. */
export function lookUpPath(scope: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
    return (value as Record<string, unknown>)[name];
  }, scope);
}

/** A placeholder without a value; `variable` is its name. */
export class MissingVariableError extends Error {
  override name = 'MissingVariableError';
  readonly variable: string;

  constructor(variable: string) {
    super(`There is no value for {{${variable}}}.`);
    this.variable = variable;
  }
}
