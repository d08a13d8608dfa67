/** Files on their way into a source: sent a few at a time, then handed to the source to be read. */
import { computed, onScopeDispose, ref, type Ref } from 'vue';
import { addVectorStoreFile, type VectorStoreFileObject } from '../../../contract/vector-stores.ts';
import { isAbort, toApiError, type ApiError } from '../client/api-error.ts';
import { call } from '../client/call.ts';
import { uploadFile } from '../client/upload-file.ts';
import { findRefusal, type Refusal } from './file-kinds.ts';

/** Of a browser's six connections to one host, the rest stay free for the page. */
const AT_ONCE = 2;

export type UploadState = 'waiting' | 'sending' | 'adding' | 'failed' | 'refused';
export type Upload = {
  key: number;
  name: string;
  bytes: number;
  sent: number;
  state: UploadState;
  refusal?: Refusal;
  error?: ApiError;
};

type Options = {
  projectId: Ref<string>;
  storeId: Ref<string>;
  added: (file: VectorStoreFileObject) => void;
};

function toUpload(key: number, file: File): Upload {
  const refusal = findRefusal(file);
  const state = refusal ? 'refused' : 'waiting';
  return { key, name: file.name, bytes: file.size, sent: 0, state, ...(refusal && { refusal }) };
}

/** Sends `file` and hands it to the source; `tell` hears how far it is. @throws like `uploadFile` and `call` */
async function sendFile(
  options: Options,
  file: File,
  tell: (news: Pick<Upload, 'sent' | 'state'>) => void,
  signal: AbortSignal,
): Promise<VectorStoreFileObject> {
  const project_id = options.projectId.value;
  const params = { project_id, vector_store_id: options.storeId.value };
  const stored = await uploadFile({
    project_id,
    file,
    purpose: 'assistants',
    // The form around the file counts as well: its share is taken, not its bytes.
    onProgress: (sent, total) => tell({ state: 'sending', sent: (file.size * sent) / Math.max(1, total) }),
    signal,
  });
  tell({ state: 'adding', sent: file.size });
  return call(addVectorStoreFile, { params, body: { file_id: stored.id }, signal });
}

export function useUploads(options: Options) {
  const uploads = ref<Upload[]>([]);
  const files = new Map<number, File>();
  const running = new Map<number, AbortController>();
  let made = 0;

  function change(key: number, patch: Partial<Upload>): void {
    uploads.value = uploads.value.map((one) => (one.key === key ? { ...one, ...patch } : one));
  }

  function forget(key: number): void {
    uploads.value = uploads.value.filter((one) => one.key !== key);
    files.delete(key);
  }

  async function send(key: number, file: File): Promise<void> {
    const stop = new AbortController();
    running.set(key, stop);
    change(key, { state: 'sending', sent: 0 });
    try {
      options.added(await sendFile(options, file, (news) => change(key, news), stop.signal));
      forget(key);
    } catch (thrown) {
      if (isAbort(thrown)) forget(key);
      else change(key, { state: 'failed', error: toApiError(thrown) });
    }
    running.delete(key);
    next();
  }

  function next(): void {
    for (const { key, state } of uploads.value) {
      if (running.size >= AT_ONCE) return;
      const file = files.get(key);
      if (state === 'waiting' && file && !running.has(key)) void send(key, file);
    }
  }

  function add(chosen: readonly File[]): void {
    const fresh = chosen.map((file) => ({ file, upload: toUpload(made++, file) }));
    for (const { file, upload } of fresh) if (!upload.refusal) files.set(upload.key, file);
    uploads.value = [...uploads.value, ...fresh.map(({ upload }) => upload)];
    next();
  }

  /** Ends it where it is under way, takes it from the list where it has ended. */
  function cancel(key: number): void {
    const stop = running.get(key);
    if (stop) stop.abort();
    else forget(key);
  }

  function retry(key: number): void {
    change(key, { state: 'waiting' });
    next();
  }

  const busy = computed(() =>
    uploads.value.some(({ state }) => state === 'waiting' || state === 'sending' || state === 'adding'),
  );
  onScopeDispose(() => {
    files.clear();
    for (const stop of running.values()) stop.abort();
  });
  return { uploads, busy, add, cancel, retry };
}
