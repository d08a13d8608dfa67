/** The table of inputs of a prompt. Real inputs may be personal: they are kept for this tab alone. */
import { onScopeDispose, shallowRef, watch } from 'vue';
import { addCases, createCase, parseCases, pasteAt, type Case } from './cases.ts';

export function useCases(promptId: string) {
  const key = `sekisho.cases.${promptId}`;
  const cases = shallowRef<Case[]>(read(key) ?? [createCase()]);

  function set(id: string, name: string, value: string): void {
    cases.value = cases.value.map((one) =>
      one.id === id ? { ...one, values: { ...one.values, [name]: value } } : one,
    );
  }

  /** Adds what there is room for; returns for how many there was none. */
  function add(values: readonly Record<string, string>[]): number {
    const added = addCases(cases.value, values);
    cases.value = added.cases;
    return added.left_out;
  }

  function addEmpty(): Case {
    const made = createCase();
    cases.value = [...cases.value, made];
    return made;
  }

  function remove(id: string): void {
    const left = cases.value.filter((one) => one.id !== id);
    cases.value = left.length > 0 ? left : [createCase()];
  }

  function paste(cells: string[][], at: { row: number; column: number; variables: readonly string[] }): void {
    cases.value = pasteAt(cases.value, cells, at);
  }

  const write = (): void => {
    try {
      sessionStorage.setItem(key, JSON.stringify(cases.value));
    } catch {
      // storage switched off or full: the table lasts as long as the page
    }
  };
  watch(cases, write);
  onScopeDispose(write);
  return { cases, set, add, addEmpty, remove, paste };
}

export type CasesState = ReturnType<typeof useCases>;

function read(key: string): Case[] | undefined {
  try {
    return parseCases(sessionStorage.getItem(key));
  } catch {
    return undefined;
  }
}
