/** How many tokens a line has, roughly: counting them exactly would take longer than all the rest of an export. */

/** OpenAI's rule of thumb for English: four characters a token. Elsewhere a character is about one. */
const ASCII_PER_TOKEN = 4;
/** Examples with more are cut off at their end by OpenAI's trainers. */
export const MAX_EXAMPLE_TOKENS = 65_536;

/** An estimate for `line`, whose syntax counts as well: it stands for what the trainer adds around messages. */
export function estimateTokens(line: string): number {
  let wide = 0;
  for (let i = 0; i < line.length; i++) if (line.charCodeAt(i) > 0x7f) wide++;
  return Math.ceil((line.length - wide) / ASCII_PER_TOKEN) + wide;
}
