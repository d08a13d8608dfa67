/** The settings of a prompt as a form has them: texts, where '' is "as the model has it". Pure. */
import type { PromptParams } from '../../../contract/prompts.ts';

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;
export const FORMATS = ['text', 'json_object', 'json_schema'] as const;

/** Numbers: what they may be. */
export const NUMBERS = {
  temperature: { min: 0, max: 2, step: 0.1 },
  top_p: { min: 0, max: 1, step: 0.05 },
  max_output_tokens: { min: 1, max: 10_000_000, step: 1 },
} as const;
export type NumberSetting = keyof typeof NUMBERS;

/** `params` with one setting changed; '' takes it out. Undefined where `text` is not a number it may be. */
export function withNumber(
  params: PromptParams,
  name: NumberSetting,
  text: string,
): PromptParams | undefined {
  const { [name]: _before, ...rest } = params;
  if (text.trim() === '') return rest;
  const value = Number(text);
  const { min, max } = NUMBERS[name];
  const whole = name !== 'max_output_tokens' || Number.isInteger(value);
  return Number.isFinite(value) && value >= min && value <= max && whole
    ? { ...rest, [name]: value }
    : undefined;
}

/** `params` with a setting that is written as JSON; undefined where it is no JSON of the right kind. */
export function withJson(
  params: PromptParams,
  name: 'response_format' | 'tools',
  text: string,
): PromptParams | undefined {
  const { [name]: _before, ...rest } = params;
  if (text.trim() === '') return rest;
  try {
    const value: unknown = JSON.parse(text);
    const good =
      name === 'tools'
        ? Array.isArray(value) && value.every(isObject)
        : isObject(value) && typeof value['type'] === 'string';
    return good ? { ...rest, [name]: value } : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export function toJsonText(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}
