/** What a grader's templates may name, and how they are filled in: `{{item.path}}` and `{{sample.output_text}}`. */
import type { z } from 'zod';
import type { graderMessage } from '../../collector/record/grader.ts';
import { lookUpPath, MissingVariableError, renderTemplate } from '../../collector/record/template.ts';
import { GradeError } from './verdict.ts';

type Json = Record<string, unknown>;
export type GraderMessage = z.infer<typeof graderMessage>;

/** One item, and what was answered to it: `output_text` at least; {} where there is no answer. */
export type Scope = { item: Json; sample: Json };

/** Stops at the next opening, so that a text of braces alone is not searched to its end from each of them. */
const BRACES = /\{\{((?:(?!\{\{)[\s\S])*?)\}\}/g;
const PATH = /^(?:item|sample)(?:\.[\p{L}\p{M}\p{N}_-]+)*$/u;

/** `[0]` as OpenAI writes it is `.0` here. */
const toDotted = (text: string): string =>
  text.replace(BRACES, (_all, path: string) => `{{${path.trim().replace(/\[(\d+)\]/g, '.$1')}}}`);

/**
 * `text` with its placeholders filled in, each value first passed through `toText`.
 * @throws GradeError invalid_variable that names a path which leads nowhere
 */
export function fillIn(
  text: string,
  scope: Scope,
  toText: (value: string) => string = (value) => value,
): string {
  try {
    return renderTemplate(toDotted(text), (path) => {
      const value = lookUpPath(scope, path);
      if (value === undefined) return undefined;
      return toText(typeof value === 'string' ? value : JSON.stringify(value));
    });
  } catch (error) {
    if (error instanceof MissingVariableError || error instanceof RangeError)
      throw new GradeError('invalid_variable', error.message);
    throw error;
  }
}

/** Why `text` is no template of a grader, or undefined. `fields`: names that an item has, where that is known. */
export function findTemplateFault(text: string, fields?: readonly string[]): string | undefined {
  for (const [all] of text.matchAll(BRACES)) {
    const path = toDotted(all).slice(2, -2);
    if (!PATH.test(path)) return `${all} is none of {{item.…}} and {{sample.…}}`;
    const [space, name] = path.split('.');
    if (space === 'item' && name !== undefined && fields && !fields.includes(name)) {
      return `${all} names no property of item_schema`;
    }
  }
  return undefined;
}

/** The text of a message's content, whichever of OpenAI's three forms it has. */
export function toContentText({ content }: GraderMessage): string {
  if (typeof content === 'string') return content;
  return (Array.isArray(content) ? content : [content]).map(({ text }) => text).join('\n');
}
