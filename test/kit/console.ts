/** The real console on a free port and a fresh folder, with people of every role. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { loadConfig, type Config } from '../../config.ts';
import { type Role, ROLES } from '../../collector/record/registry.ts';
import { hashPassword } from '../../collector/registry/password.ts';
import { openRegistry, type Registry } from '../../collector/registry/store.ts';
import { registryFile } from '../../console/api/owner.ts';
import { type RunningConsole, startConsole } from '../../console/api/start.ts';
import { TEST_SECRET, type TestEngine } from './engine.ts';
import { addProject } from './registry.ts';

export const PASSWORD = 'correct horse battery staple';
/** Nothing listens there: a room that is away. */
const AWAY = 'http://127.0.0.1:9';

export type TestConsole = RunningConsole & {
  config: Config;
  folder: string;
  /** A second hand on the registry, as a command would open it. */
  registry: Registry;
  /** The project everybody in `people` belongs to, and one that is only the owner's and admin's of all. */
  project_id: string;
  other_project_id: string;
  /** A request with the cookie of `who`. */
  ask(who: Who, path: string, init?: RequestInit): Promise<Response>;
  /** Stops the console, does what is to be done in between, and starts it again on the same port and folder. */
  restart(between?: () => void): Promise<void>;
};

/** Members of `project_id`; `stranger` is one of the other project only. */
export type Who = Role | 'anonymous' | 'stranger';
export const EVERYBODY: readonly Who[] = ['anonymous', 'stranger', ...ROLES];

export type TestConsoleOptions = { engine?: TestEngine; env?: Record<string, string>; pageFolder?: string };

/** Makes an account and its membership; returns a session token. */
export function addPerson(
  registry: Registry,
  person: { email: string; role: Role; project_id: string; password_hash: string },
): string {
  const { email, role, project_id, password_hash } = person;
  const { id } = registry.accounts.create({ email, name: email, password_hash });
  registry.append({
    kind: 'member',
    id: `mem_${uuidv7()}`,
    project_id,
    body: { account_id: id, role, status: 'active' },
    actor: 'system',
    reason: 'test',
    expected_revision: 0,
  });
  return registry.sessions.create(id);
}

/** Starts it; owner and admin are those of the whole installation, the other roles of one project. */
export async function startTestConsole(options: TestConsoleOptions = {}): Promise<TestConsole> {
  const { engine, env = {}, pageFolder } = options;
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-console-'));
  const settings = {
    SEKISHO_DATA: folder,
    SEKISHO_SECRET: engine?.secret ?? TEST_SECRET,
    CLICKHOUSE_URL: engine?.url ?? AWAY,
    CLICKHOUSE_DATABASE: engine?.database ?? 'sekisho',
    SEKISHO_GATEWAY_URL: AWAY,
    SEKISHO_COLLECTOR_URL: AWAY,
    CONSOLE_PORT: '0',
    ...env,
  };
  const config = loadConfig(settings, folder);
  const registry = openRegistry(registryFile(config));
  const project_id = addProject(registry, 'theirs');
  const other_project_id = addProject(registry, 'other');
  const password_hash = await hashPassword(PASSWORD);
  const tokens: Partial<Record<Who, string>> = {};
  for (const role of ROLES) {
    const project = role === 'owner' || role === 'admin' ? '' : project_id;
    tokens[role] = addPerson(registry, {
      email: `${role}@example.com`,
      role,
      project_id: project,
      password_hash,
    });
  }
  const stranger = { email: 'stranger@example.com', role: 'owner', project_id: other_project_id } as const;
  tokens.stranger = addPerson(registry, { ...stranger, password_hash });

  const consoleOptions = pageFolder ? { pageFolder } : {};
  let running = await startConsole(config, consoleOptions);
  const { url } = running;
  const ask = (who: Who, path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    const token = tokens[who];
    if (token) headers.set('cookie', `sekisho=${token}`);
    // A form names its own type, with the boundary in it.
    if (init.body && !(init.body instanceof FormData) && !headers.has('content-type')) {
      headers.set('content-type', 'application/json');
    }
    return fetch(url + path, { redirect: 'manual', ...init, headers });
  };
  return {
    url,
    config,
    folder,
    registry,
    project_id,
    other_project_id,
    ask,
    async restart(between) {
      await running.stop();
      between?.();
      const port = new URL(url).port;
      running = await startConsole(loadConfig({ ...settings, CONSOLE_PORT: port }, folder), consoleOptions);
    },
    async stop() {
      await running.stop();
      registry.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
