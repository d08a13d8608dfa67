/** What ends the command, each with its own exit code. */

/** The suite, or how the command was called, is wrong; `message` is ready to print. */
export class SuiteError extends Error {
  override name = 'SuiteError';
}

/** The suite could not be run: nobody answers, or the run failed. */
export class RunError extends Error {
  override name = 'RunError';
}
