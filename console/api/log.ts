/** A line for people. */
export function say(line: string): void {
  process.stderr.write(`console: ${line}\n`);
}
