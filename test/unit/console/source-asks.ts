/** Asking the console for files and vector stores, as a builder of the project unless told. */
import type { TestConsole, Who } from '../../kit/console.ts';

export type Body = Record<string, unknown> & {
  id: string;
  error: Record<string, string>;
  data: (Record<string, unknown> & { id: string })[];
};
type Answer = { status: number; headers: Headers; body: Body };

export function createAsks(room: TestConsole) {
  const ask = async (
    path: string,
    body?: unknown,
    who: Who = 'builder',
    method?: string,
  ): Promise<Answer> => {
    const project = who === 'stranger' ? room.other_project_id : room.project_id;
    const response = await room.ask(who, `/api/projects/${project}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  };
  return {
    ask,
    remove: (path: string) => ask(path, undefined, 'builder', 'DELETE'),
    async addFile(text = 'a text', who: Who = 'builder'): Promise<string> {
      const form = new FormData();
      form.set('purpose', 'assistants');
      form.set('file', new Blob([text]), 'a.txt');
      return (await ask('/files', form, who)).body.id;
    },
    async makeStore(body: object = {}): Promise<string> {
      return (await ask('/vector_stores', { name: 'store', ...body })).body.id;
    },
    /** Changes an entry as a job would. */
    async write(kind: 'vector_store' | 'vector_store_file', id: string, change: object): Promise<void> {
      room.registry.refresh();
      const entry = room.registry.view.find(kind, id);
      if (!entry) throw new Error(`no ${kind} ${id}`);
      const body = { ...entry.body, ...change };
      const author = { actor: 'evals', reason: 'test', expected_revision: entry.revision };
      room.registry.append({ ...author, kind, id, project_id: room.project_id, body: body as never });
    },
  };
}
