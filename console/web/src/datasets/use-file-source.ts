/** A file of CSV or JSONL, uploaded to become items. */
import { computed, onScopeDispose, ref } from 'vue';
import { uploadFile } from '../client/upload-file.ts';

const READABLE = ['.csv', '.tsv', '.jsonl', '.ndjson', '.json'] as const;
export const ACCEPTED_ITEMS = READABLE.join(',');

export function useFileSource() {
  const file = ref<File>();
  const sent = ref(0);
  let running: AbortController | undefined;
  const isReadable = computed(() => {
    const name = file.value?.name.toLowerCase() ?? '';
    return READABLE.some((ending) => name.endsWith(ending));
  });

  /** The id of the stored file. @throws like `uploadFile` */
  async function upload(project_id: string): Promise<string> {
    const chosen = file.value;
    if (!chosen) throw new Error('There is no file to upload.');
    running = new AbortController();
    sent.value = 0;
    const stored = await uploadFile({
      project_id,
      file: chosen,
      purpose: 'evals',
      onProgress: (done, total) => (sent.value = (chosen.size * done) / Math.max(1, total)),
      signal: running.signal,
    });
    return stored.id;
  }

  const cancel = (): void => running?.abort();
  onScopeDispose(cancel);
  return { file, sent, isReadable, upload, cancel };
}
