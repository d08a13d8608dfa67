/**
 * A hint, not a judge: the server only asks for a length. Guesses are estimated from length and variety, and cut
 * for what people really type: one character repeated, runs, the e-mail's own name.
 */
export const MIN_PASSWORD_LENGTH = 12;

export type Strength = 'short' | 'weak' | 'fair' | 'strong';

export function passwordStrength(password: string, known: readonly string[] = []): Strength {
  if (password.length < MIN_PASSWORD_LENGTH) return 'short';
  let rest = password.toLowerCase();
  for (const word of known) if (word.length >= 3) rest = rest.replaceAll(word.toLowerCase(), '');
  // Runs (abc, 123, aaa) count as one character.
  let fresh = 0;
  for (let i = 0; i < rest.length; i++) {
    const step = rest.charCodeAt(i) - (i > 0 ? rest.charCodeAt(i - 1) : Number.NaN);
    if (Number.isNaN(step) || Math.abs(step) > 1) fresh++;
  }
  const variety = new Set(rest).size;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(password)).length;
  const score = Math.min(fresh, variety * 2) + kinds * 2;
  if (score < 14) return 'weak';
  return score < 20 ? 'fair' : 'strong';
}
