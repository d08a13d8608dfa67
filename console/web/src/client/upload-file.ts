/** Sending a file, with how far it is: the one thing that fetch cannot tell. */
import { createFile, type FileObject } from '../../../contract/files.ts';
import { ApiError } from './api-error.ts';
import { toUrl } from './call.ts';

type Sending = {
  project_id: string;
  file: File;
  purpose: 'assistants' | 'evals';
  /** Bytes that have left, the form around the file included. */
  onProgress?: (sent: number, total: number) => void;
  signal?: AbortSignal;
};

/** Resolves to the stored file. @throws ApiError when it fails, AbortError when `signal` fires. */
export function uploadFile({ project_id, file, purpose, onProgress, signal }: Sending): Promise<FileObject> {
  const form = new FormData();
  // Before the file: whoever reads the form as it comes knows what to do with what follows.
  form.append('purpose', purpose);
  form.append('file', file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(createFile.method, toUrl(createFile.path, { project_id }));
    request.setRequestHeader('accept', 'application/json');
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress?.(loaded, total));
    request.addEventListener('load', () => {
      const answer = parse(request.responseText);
      if (request.status >= 200 && request.status < 300 && answer) resolve(answer as FileObject);
      else reject(toFailure(request, answer));
    });
    request.addEventListener('error', () =>
      reject(new ApiError({ status: 0, code: 'network', message: 'The server could not be reached.' })),
    );
    request.addEventListener('abort', () => reject(new DOMException('Cancelled.', 'AbortError')));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    if (signal?.aborted) reject(new DOMException('Cancelled.', 'AbortError'));
    else request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toFailure(request: XMLHttpRequest, answer: unknown): ApiError {
  const { error } = (answer ?? {}) as { error?: { code?: string; message?: string; param?: string | null } };
  return new ApiError({
    status: request.status,
    code: error?.code ?? 'unreadable',
    message: error?.message ?? `The server answered ${request.status}.`,
    param: error?.param ?? null,
    request_id: request.getResponseHeader('x-request-id') ?? '',
  });
}
