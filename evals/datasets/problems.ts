/** What was left out of a version, and why: for the person who began it, so never silently and never endlessly. */

/** What the registry holds of them. */
const MAX_PROBLEMS = 100;
const MAX_CHARS = 300;

export type Problems = {
  /** One thing that was left out. */
  add(problem: string): void;
  /** Things that are told by their number, such as calls without messages. */
  count(reason: string): void;
  /** At most 100 lines; the last says how many more there are. */
  list(): string[];
};

export function createProblems(): Problems {
  const lines: string[] = [];
  const counts = new Map<string, number>();
  let more = 0;
  return {
    add(problem) {
      if (lines.length < MAX_PROBLEMS) lines.push([...problem].slice(0, MAX_CHARS).join(''));
      else more++;
    },
    count: (reason) => void counts.set(reason, (counts.get(reason) ?? 0) + 1),
    list() {
      const all = [...[...counts].map(([reason, count]) => `${count} × ${reason}`), ...lines];
      const beyond = all.length - MAX_PROBLEMS + more;
      if (beyond <= 0) return all;
      return [...all.slice(0, MAX_PROBLEMS - 1), `… and ${beyond + 1} more`];
    },
  };
}
