/** The files the embedded engine reads at its start: config.xml, users.xml and start.sql. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UserSetting } from './access.ts';
import {
  READER_TABLES,
  ROLE_SETTINGS,
  ROW_POLICY,
  STORE_ROLES,
  roleGrants,
  roleUser,
  userPassword,
} from './access.ts';

export type EngineFilesOptions = {
  /** Absolute: the files go there. */
  folder: string;
  secret: string;
  database: string;
  /** A person's own tool, with every right; none unless a password is set too. */
  tool?: { user: string; password: string } | undefined;
};

export type EngineFiles = { config: string; start: string; port: string };

const MEBIBYTE = 1024 ** 2;

/** Above the sum of what the users may take: whoever hits this cap is refused, writers included. */
const SERVER = {
  max_server_memory_usage: 2_500_000_000,
  max_concurrent_queries: 100,
  // Seconds a stop waits for open connections.
  shutdown_wait_unfinished: 1,
  mark_cache_size: 64 * MEBIBYTE,
  index_mark_cache_size: 32 * MEBIBYTE,
  primary_index_cache_size: 64 * MEBIBYTE,
  text_index_tokens_cache_size: 32 * MEBIBYTE,
  text_index_header_cache_size: 32 * MEBIBYTE,
  text_index_postings_cache_size: 64 * MEBIBYTE,
  vector_similarity_index_cache_size: 64 * MEBIBYTE,
  compiled_expression_cache_size: 32 * MEBIBYTE,
};

/**
 * Power loss: without these, acknowledged inserts vanish and merged parts tear. The last two let the database open
 * whatever the number of parts it must set aside; what was set aside is in system.detached_parts.
 */
const MERGE_TREE = {
  fsync_after_insert: 1,
  fsync_part_directory: 1,
  min_rows_to_fsync_after_merge: 1,
  min_compressed_bytes_to_fsync_after_merge: 1,
  max_suspicious_broken_parts: 100_000,
  max_suspicious_broken_parts_bytes: 1024 ** 4,
};

const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

const elements = (values: Record<string, string | number>): string =>
  Object.entries(values)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
    .join('');

/**
 * Loggers of what a client is answered, or of its hanging up: each line would be a page of stack trace on stderr. What
 * the engine does by itself (merges, parts, disks) stays audible.
 */
const SILENT_LOGGERS = [
  'executeQuery',
  'DynamicQueryHandler',
  'HTTPHandler',
  'bool DB::WriteBufferFromHTTPServerResponse::cancelWithException(HTTPServerRequest &, int, const std::string &, WriteBuffer *)',
  'virtual DB::AutoFinalizedWriteBuffer<DB::HTTPWriteBufferFixedLength>::~AutoFinalizedWriteBuffer() [Base = DB::HTTPWriteBufferFixedLength]',
  'virtual DB::AutoFinalizedWriteBuffer<DB::HTTPWriteBufferChunked>::~AutoFinalizedWriteBuffer() [Base = DB::HTTPWriteBufferChunked]',
];

function configXml(): string {
  const silent = SILENT_LOGGERS.map((name) => `<logger>${elements({ name, level: 'none' })}</logger>`).join(
    '',
  );
  return `<clickhouse>
  <users_config>users.xml</users_config>
  <logger><console>1</console><levels>${silent}</levels></logger>
  ${elements(SERVER)}
  <merge_tree>${elements(MERGE_TREE)}</merge_tree>
</clickhouse>
`;
}

function profileXml(name: string, settings: Record<string, UserSetting>): string {
  const entries = Object.entries(settings);
  const constraints = entries.map(([key, { bound }]) => {
    if (bound === 'free') return '';
    return bound === 'const' ? `<${key}><const/></${key}>` : `<${key}>${elements(bound)}</${key}>`;
  });
  const values = Object.fromEntries(entries.map(([key, { value }]) => [key, value]));
  return `<${name}>${elements(values)}<constraints>${constraints.join('')}</constraints></${name}>`;
}

type XmlUser = { name: string; password: string; profile: string; grants: string[]; databases?: string };

function userXml(user: XmlUser): string {
  const hash = createHash('sha256').update(user.password).digest('hex');
  const grants = user.grants.map((grant) => `<query>${escapeXml(`GRANT ${grant}`)}</query>`).join('');
  return `<${user.name}><password_sha256_hex>${hash}</password_sha256_hex>
      <networks><ip>127.0.0.1</ip><ip>::1</ip></networks><profile>${user.profile}</profile><quota>default</quota>
      <grants>${grants}</grants>${user.databases ?? ''}</${user.name}>`;
}

/**
 * `default` is the engine's own session at its prompt and needs to be there without a password. One session is all it
 * may have, so that every anonymous request is refused.
 */
function usersXml({ secret, database, tool }: EngineFilesOptions): string {
  const policies = READER_TABLES.map((table) => `<${table}>${elements({ filter: ROW_POLICY })}</${table}>`);
  const users = STORE_ROLES.map((role) => {
    const name = roleUser(role, database);
    const grants = roleGrants(role, database);
    const databases = `<databases><${database}>${policies.join('')}</${database}></databases>`;
    return userXml({
      name,
      password: userPassword(secret, name),
      profile: role,
      grants,
      ...(role === 'reader' ? { databases } : {}),
    });
  });
  if (tool) {
    users.push(
      userXml({ name: tool.user, password: tool.password, profile: 'default', grants: ['ALL ON *.*'] }),
    );
  }
  return `<clickhouse>
  <profiles>
    <default/>
    <locked><max_sessions_for_user>1</max_sessions_for_user></locked>
    ${STORE_ROLES.map((role) => profileXml(role, ROLE_SETTINGS[role])).join('\n    ')}
  </profiles>
  <quotas><default/></quotas>
  <users>
    <default><password></password><networks><ip>127.0.0.1</ip></networks><profile>locked</profile><quota>default</quota>
      <grants><query>GRANT SYSTEM LISTEN ON *.*</query></grants></default>
    ${users.join('\n    ')}
  </users>
</clickhouse>
`;
}

const write = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o600 });

/** Writes the files, readable by their owner only, and says where they are. */
export function writeEngineFiles(options: EngineFilesOptions): EngineFiles {
  const files = {
    config: join(options.folder, 'config.xml'),
    start: join(options.folder, 'start.sql'),
    port: join(options.folder, 'port'),
  };
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  write(files.config, configXml());
  write(join(options.folder, 'users.xml'), usersXml(options));
  const portFile = files.port.replace(/[\\']/g, '\\$&');
  write(
    files.start,
    `SYSTEM START LISTEN HTTP;\nSELECT getServerPort('http_port') INTO OUTFILE '${portFile}' TRUNCATE FORMAT TSV;\n`,
  );
  return files;
}
