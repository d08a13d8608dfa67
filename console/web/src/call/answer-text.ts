/** The answer of a call as text: what a correction begins with. */
import type { Message } from '../../../contract/calls.ts';

export function toAnswerText(output: readonly Message[]): string {
  const first = output[0];
  return (first?.parts ?? [])
    .flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? [part.content] : []))
    .join('\n');
}
