/** People's text goes to stderr: stdout belongs to what is started. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Ends the bootstrap with one line that says what a person can do. */
export function giveUp(text) {
  say(text);
  process.exit(1);
}
