/** Names of prompts and labels, as the registry takes them: kept here because no schema runs in the page. */
const SLUG = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** The version that a caller without a wish gets is the one this label points at. */
export const DEFAULT_LABEL = 'production';

export const isPromptName = (text: string): boolean => SLUG.test(text);
/** Not only digits, or it could not be told from a version. */
export const isLabel = (text: string): boolean => SLUG.test(text) && !/^\d+$/.test(text);
