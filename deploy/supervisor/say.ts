/** People's text goes to stderr: stdout carries the ready line and nothing else. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A start that cannot go on for a reason a person can mend; `message` is ready to print. */
export class StartError extends Error {
  override name = 'StartError';
}
