/** A suite file: what is asked, of what, how it is judged, and what is good enough. Every fault has a line. */
import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { grader, graderMessage } from '../../collector/record/grader.ts';
import { keptCallFilter } from '../../collector/record/call-filter.ts';
import { SuiteError } from './suite-error.ts';

const json = z.record(z.string(), z.unknown());
const name = z.string().min(1).max(200);

const suiteData = z.union(
  [
    z.strictObject({ items: z.array(json).min(1, 'needs at least one item') }),
    /** Path from the suite file: .jsonl (an object a line) or .csv (with a head line). */
    z.strictObject({ file: z.string().min(1) }),
    /** Name or id. */
    z.strictObject({ dataset: name, version: z.number().int().min(1).optional() }),
    z.strictObject({
      calls: z.strictObject({
        filter: keptCallFilter.default({}),
        last_hours: z.number().positive().max(8_784).optional(),
        limit: z.number().int().min(1).max(10_000).optional(),
      }),
    }),
  ],
  { error: 'needs one of items, file, dataset and calls' },
);
export type SuiteData = z.infer<typeof suiteData>;

const suite = z
  .strictObject({
    name,
    data: suiteData,
    /** Asked for each item; without model and prompt what is there already is judged (a logged call's answer). */
    model: name.optional(),
    /** `name`, `name@label` or `name@version`; or with its variables as templates over the item. */
    prompt: z
      .union([
        name,
        z.strictObject({
          id: name,
          version: z.string().optional(),
          variables: z.record(z.string(), z.string()).optional(),
        }),
      ])
      .optional(),
    /** One user message, or several messages. */
    input: z.union([z.string().min(1), z.array(graderMessage).min(1)]).optional(),
    api: z.enum(['completions', 'responses']).default('completions'),
    sampling: json.optional(),
    criteria: z.array(grader).min(1).max(50),
    thresholds: z
      .strictObject({
        /** Share of all items that pass every criterion; items in error do not. */
        pass_rate: z.number().min(0).max(1).optional(),
        /** Mean score of a criterion, at least. */
        criteria: z.record(z.string(), z.number()).optional(),
        /** No criterion may be significantly worse than in this run; `previous` is the last one of this suite. */
        no_worse_than: z.string().min(1).optional(),
      })
      .default({}),
  })
  .superRefine((value, context) => {
    const names = value.criteria.map((each) => each.name);
    for (const key of Object.keys(value.thresholds.criteria ?? {})) {
      if (names.includes(key)) continue;
      const message = `there is no criterion of that name; there are ${names.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['thresholds', 'criteria', key], message });
    }
    if (value.input !== undefined && !value.model && !value.prompt) {
      context.addIssue({ code: 'custom', path: ['input'], message: 'needs a model (or a prompt) to ask it' });
    }
  });
export type Suite = z.infer<typeof suite>;

export type ParsedSuite = {
  suite: Suite;
  /** Where in the file a member stands, as `file:line`; of the nearest one above it that is there. */
  whereIs(path: readonly PropertyKey[]): string;
};

/** `file` is what faults begin with. @throws SuiteError with a line for each */
export function parseSuite(text: string, file: string): ParsedSuite {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const whereIs = (path: readonly PropertyKey[]): string => `${file}:${lineOf(findOffset(document, path))}`;
  const [broken] = [...document.errors, ...document.warnings];
  if (broken) throw new SuiteError(`${file}:${lineOf(broken.pos[0])}: ${broken.message}`);
  const parsed = suite.safeParse(document.toJS());
  if (parsed.success) return { suite: parsed.data, whereIs };
  const faults = parsed.error.issues.map((issue) => {
    const strange = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const path = [...issue.path, ...strange];
    const reason = strange.length > 0 ? 'is nothing a suite has here' : issue.message;
    return { line: lineOf(findOffset(document, path)), text: `${path.join('.') || 'the suite'}: ${reason}` };
  });
  const sorted = faults.toSorted((a, b) => a.line - b.line);
  throw new SuiteError(sorted.map(({ line, text: said }) => `${file}:${line}: ${said}`).join('\n'));
}

/** Offset of the member's key (a value may be lines below it), or of what is nearest above it. */
function findOffset(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const above = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const pairs =
      (above as { items?: { key?: { value?: unknown; range?: number[] } }[] } | null)?.items ?? [];
    const key = pairs.find((each) => each.key?.value === path[length - 1])?.key;
    const node = key ?? (document.getIn(path.slice(0, length), true) as { range?: number[] } | undefined);
    if (node?.range) return node.range[0] ?? 0;
  }
  return 0;
}
