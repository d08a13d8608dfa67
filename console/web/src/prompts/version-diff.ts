/** What two versions of a prompt differ in. Pure. */
import type { PromptContent, PromptMessage } from '../../../contract/prompts.ts';

export type MessageChange =
  | { kind: 'same'; before: PromptMessage; after: PromptMessage }
  | { kind: 'changed'; before: PromptMessage; after: PromptMessage }
  | { kind: 'added'; after: PromptMessage }
  | { kind: 'removed'; before: PromptMessage };

const SETTINGS = [
  'model',
  'temperature',
  'max_output_tokens',
  'top_p',
  'reasoning_effort',
  'response_format',
  'tools',
] as const;
export type SettingName = (typeof SETTINGS)[number];
export type SettingChange = { name: SettingName; before: string; after: string };

const isSame = (a: PromptMessage, b: PromptMessage): boolean => a.role === b.role && a.content === b.content;

/**
 * The messages of both beside each other. Those that are the same in both hold the rest in place (the longest such
 * row of them); between two of these, messages of one role are taken for a changed one, others came or went.
 */
export function diffMessages(
  before: readonly PromptMessage[],
  after: readonly PromptMessage[],
): MessageChange[] {
  const changes: MessageChange[] = [];
  let [a, b] = [0, 0];
  for (const [nextA, nextB] of [...findAnchors(before, after), [before.length, after.length] as const]) {
    changes.push(...diffGap(before.slice(a, nextA), after.slice(b, nextB)));
    const [left, right] = [before[nextA], after[nextB]];
    if (left && right) changes.push({ kind: 'same', before: left, after: right });
    [a, b] = [nextA + 1, nextB + 1];
  }
  return changes;
}

/** Positions of the longest common row of equal messages. */
function findAnchors(before: readonly PromptMessage[], after: readonly PromptMessage[]): [number, number][] {
  const lengths = Array.from({ length: before.length + 1 }, () => after.map(() => 0));
  const at = (a: number, b: number): number => lengths[a]?.[b] ?? 0;
  for (let a = before.length - 1; a >= 0; a--) {
    for (let b = after.length - 1; b >= 0; b--) {
      const [left, right, row] = [before[a], after[b], lengths[a]];
      if (!left || !right || !row) continue;
      row[b] = isSame(left, right) ? at(a + 1, b + 1) + 1 : Math.max(at(a + 1, b), at(a, b + 1));
    }
  }
  const anchors: [number, number][] = [];
  let [a, b] = [0, 0];
  while (a < before.length && b < after.length) {
    const [left, right] = [before[a], after[b]];
    if (left && right && isSame(left, right)) anchors.push([a++, b++]);
    else if (at(a + 1, b) >= at(a, b + 1)) a++;
    else b++;
  }
  return anchors;
}

function diffGap(before: readonly PromptMessage[], after: readonly PromptMessage[]): MessageChange[] {
  const left = [...before];
  const changes: MessageChange[] = [];
  for (const message of after) {
    const partner = left.findIndex((one) => one.role === message.role);
    if (partner === -1) {
      changes.push({ kind: 'added', after: message });
      continue;
    }
    // Those before the partner have none: the order of messages is kept.
    for (const gone of left.splice(0, partner)) changes.push({ kind: 'removed', before: gone });
    const [old] = left.splice(0, 1);
    if (old) changes.push({ kind: 'changed', before: old, after: message });
  }
  return [...changes, ...left.map((gone): MessageChange => ({ kind: 'removed', before: gone }))];
}

/** Model and parameters as texts; those not set are left out. */
export function toSettings(content: PromptContent): { name: SettingName; value: string }[] {
  return SETTINGS.flatMap((name) => {
    const value = name === 'model' ? content.model : content.params[name];
    if (value === undefined || value === '') return [];
    return [{ name, value: typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value) }];
  });
}

/** Settings that differ; '' = not set. */
export function diffSettings(before: PromptContent, after: PromptContent): SettingChange[] {
  const [old, now] = [before, after].map((content) =>
    Object.fromEntries(toSettings(content).map(({ name, value }) => [name, value])),
  );
  return SETTINGS.map((name) => ({ name, before: old?.[name] ?? '', after: now?.[name] ?? '' })).filter(
    (change) => change.before !== change.after,
  );
}
