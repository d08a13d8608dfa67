import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { hashToken } from '../../../collector/keys/token.ts';
import { openRegistry } from '../../../collector/registry/store.ts';
import { TEST_SECRET } from '../../kit/engine.ts';
import { addKey, addProject, freshFolder, freshRegistry, revokeKey } from '../../kit/registry.ts';

const AUTHOR = { actor: 'system', reason: 'test' } as const;

describe('append', () => {
  it('numbers revisions densely, over all kinds and per object', () => {
    const registry = freshRegistry();
    const project = addProject(registry);
    const key = addKey(registry, project, 'a');
    revokeKey(registry, key);
    expect(registry.revisionsAfter(0).map(({ seq, kind, revision }) => [seq, kind, revision])).toEqual([
      [1, 'project', 1],
      [2, 'key', 1],
      [3, 'key', 2],
    ]);
    expect(registry.seq).toBe(3);
  });

  it.each([
    { have: 1, expected: 0, name: 'a second creation' },
    { have: 2, expected: 1, name: 'a change of an older state' },
    { have: 1, expected: 5, name: 'a revision from the future' },
  ])('refuses $name', ({ have, expected }) => {
    const registry = freshRegistry();
    const id = addProject(registry);
    const change = { ...AUTHOR, kind: 'project', id, project_id: id } as const;
    for (let revision = 1; revision < have; revision++) {
      registry.append({
        ...change,
        body: { name: `r${revision}`, status: 'active' },
        expected_revision: revision,
      });
    }
    const before = registry.seq;
    expect(() =>
      registry.append({ ...change, body: { name: 'late', status: 'active' }, expected_revision: expected }),
    ).toThrow(expect.objectContaining({ code: 'revision_conflict', status: 409 }));
    expect(registry.seq).toBe(before);
    expect(registry.verifyChain()).toBeUndefined();
  });

  it('lets one of two authors in two processes win', () => {
    const file = join(freshFolder(), 'registry.db');
    const [one, two] = [freshRegistry(file), freshRegistry(file)];
    const id = addProject(one);
    two.refresh();
    const change = { ...AUTHOR, kind: 'project', id, project_id: id, expected_revision: 1 } as const;
    one.append({ ...change, body: { name: 'mine', status: 'active' } });
    expect(() => two.append({ ...change, body: { name: 'theirs', status: 'active' } })).toThrow(/revision 2/);
    expect(two.view.find('project', id)?.body.name).toBe('mine');
  });

  it('refuses a body that is not of its kind', () => {
    const registry = freshRegistry();
    const body = { name: 'x', status: 'active', surprise: true } as never;
    const entry = {
      ...AUTHOR,
      kind: 'project',
      id: 'p',
      project_id: 'p',
      body,
      expected_revision: 0,
    } as const;
    expect(() => registry.append(entry)).toThrow(expect.objectContaining({ code: 'invalid_body' }));
  });

  it('does all of a transaction or nothing, in the view as on disk', () => {
    const registry = freshRegistry();
    expect(() =>
      registry.transaction(() => {
        addProject(registry);
        registry.accounts.create({ email: 'a@example.com', name: 'A', password_hash: '' });
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(registry.seq).toBe(0);
    expect(registry.view.listProjects()).toEqual([]);
    expect(registry.accounts.findByEmail('a@example.com')).toBeUndefined();
    addProject(registry);
    expect(registry.verifyChain()).toBeUndefined();
  });

  it('keeps the file to its owner', () => {
    const file = join(freshFolder(), 'registry.db');
    freshRegistry(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

/** What the registry says of its chain after somebody ran `sql` on the file. */
function findTampering(sql: string) {
  const file = join(freshFolder(), 'registry.db');
  const registry = openRegistry(file);
  for (let i = 0; i < 5; i++) addProject(registry, `p${i}`);
  expect(registry.verifyChain()).toBeUndefined();
  registry.close();
  const raw = new DatabaseSync(file);
  raw.exec('DROP TRIGGER revision_is_final; DROP TRIGGER revision_stays;');
  raw.exec(sql);
  raw.close();
  return freshRegistry(file).verifyChain();
}

describe('the chain', () => {
  it.each([
    {
      name: 'a changed body',
      sql: `UPDATE revision SET body = replace(body, 'p2', 'P2') WHERE seq = 3`,
      at: 4,
    },
    { name: 'a changed author', sql: `UPDATE revision SET actor = 'somebody' WHERE seq = 1`, at: 2 },
    { name: 'a changed last line', sql: `UPDATE revision SET reason = 'other' WHERE seq = 5`, at: 5 },
    { name: 'a last line taken away', sql: 'DELETE FROM revision WHERE seq = 5', at: 5 },
  ])('shows $name', ({ sql, at }) => {
    expect(findTampering(sql)).toMatchObject({ seq: at });
  });

  it('does not open with a line missing between', () => {
    expect(() => findTampering('DELETE FROM revision WHERE seq = 2')).toThrow(/revision 2 is missing/);
  });

  it('refuses to change or remove a line while its triggers stand', () => {
    const file = join(freshFolder(), 'registry.db');
    addProject(freshRegistry(file));
    const raw = new DatabaseSync(file);
    expect(() => raw.exec(`UPDATE revision SET actor = 'x'`)).toThrow('never changed');
    expect(() => raw.exec('DELETE FROM revision')).toThrow('never removed');
    raw.close();
  });
});

describe('look-ups', () => {
  it('find a key only while it may be used', () => {
    const registry = freshRegistry();
    const project = addProject(registry);
    const find = (text: string) => registry.view.findKey(hashToken(TEST_SECRET, text))?.id;
    const id = addKey(registry, project, 'live');
    addKey(registry, project, 'expired', { expires_at: new Date(Date.now() - 1).toISOString() });
    expect(find('live')).toBe(id);
    expect(find('expired')).toBeUndefined();
    expect(find('unknown')).toBeUndefined();
    revokeKey(registry, id);
    expect(find('live')).toBeUndefined();
    expect(registry.view.listKeys(project)).toHaveLength(2);
  });

  it('find no key of an archived project, nor a key where a token is wanted', () => {
    const registry = freshRegistry();
    const project = addProject(registry);
    addKey(registry, project, 'live');
    const hash = hashToken(TEST_SECRET, 'live');
    expect(registry.view.findIngestToken(hash)).toBeUndefined();
    const change = { ...AUTHOR, kind: 'project', id: project, project_id: project } as const;
    registry.append({ ...change, body: { name: 'x', status: 'archived' }, expected_revision: 1 });
    expect(registry.view.findKey(hash)).toBeUndefined();
  });
});

describe('kill -9', () => {
  it('keeps every append that had returned, and an unbroken chain', async () => {
    const file = join(freshFolder(), 'registry.db');
    const script = new URL('../../kit/append-forever.ts', import.meta.url).pathname;
    const said: string[] = [];
    for (let round = 1; round <= 4; round++) {
      const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      const gone = once(child, 'close');
      const enough = 20 * round + 7;
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.split('\n').length > enough) child.kill('SIGKILL');
      });
      await gone;
      said.push(...text.split('\n').slice(0, -1));
    }
    const registry = freshRegistry(file);
    expect(registry.verifyChain()).toBeUndefined();
    const kept = new Set(registry.revisionsAfter(0).map(({ seq, id }) => `${seq} ${id}`));
    expect(said.length).toBeGreaterThan(200);
    expect(said.filter((line) => !kept.has(line))).toEqual([]);
    // At most one append per kill had no time to say so.
    expect(kept.size - said.length).toBeLessThanOrEqual(4);
  });
});
