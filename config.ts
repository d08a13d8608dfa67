/**
 * The one reader of the environment and of `.env`. Everything a person can set is a line of SETTINGS; rooms get
 * their values as arguments. An unknown SEKISHO_* key or a bad value stops the start with one clear line.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const bytes = z.coerce.number().int().min(0);
const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''));
const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');

/** Every setting: its schema with default. `.env.example` has a line for each, with its unit. */
export const SETTINGS = {
  SEKISHO_DATA: z.string().min(1).default('./data'),
  SEKISHO_HOST: z.string().min(1).default('127.0.0.1'),
  SEKISHO_PUBLIC_URL: url.optional(),
  SEKISHO_TRUST_PROXY: flag.default(false),
  SEKISHO_SECRET: z.string().min(32, 'needs at least 32 characters').optional(),
  SEKISHO_CAPTURE: z.enum(['full', 'metadata', 'off']).default('full'),
  SEKISHO_SPOOL_MAX_BYTES: bytes.default(4 * 1024 ** 3),
  SEKISHO_SPOOL_FULL: z.enum(['degrade', 'refuse']).default('degrade'),
  SEKISHO_API_KEY: z
    .string()
    .regex(/^sk-sekisho-/, 'must start with sk-sekisho-')
    .min(40)
    .optional(),
  SEKISHO_ADMIN_EMAIL: z.email().optional(),
  SEKISHO_ADMIN_PASSWORD: z.string().min(12, 'needs at least 12 characters').optional(),
  GATEWAY_PORT: port.default(4000),
  COLLECTOR_PORT: port.default(4318),
  CONSOLE_PORT: port.default(3000),
  CLICKHOUSE_PORT: port.default(8123),
  CLICKHOUSE_URL: url.optional(),
  CLICKHOUSE_USER: z.string().min(1).optional(),
  CLICKHOUSE_PASSWORD: z.string().optional(),
  CLICKHOUSE_DATABASE: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a plain name')
    .default('sekisho'),
  SEKISHO_GATEWAY_URL: url.optional(),
  SEKISHO_COLLECTOR_URL: url.optional(),
  SEKISHO_CONSOLE_URL: url.optional(),
  SEKISHO_EMBEDDING_MODEL: z.string().max(200).default(''),
  OPENAI_BASE_URL: url.optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
} as const;

const schema = z.object(SETTINGS).superRefine((value, context) => {
  if (!value.SEKISHO_ADMIN_EMAIL !== !value.SEKISHO_ADMIN_PASSWORD) {
    const missing = value.SEKISHO_ADMIN_EMAIL ? 'SEKISHO_ADMIN_PASSWORD' : 'SEKISHO_ADMIN_EMAIL';
    context.addIssue({ code: 'custom', path: [missing], message: 'must be set together with its partner' });
  }
});

/** The settings after validation, frozen; `SEKISHO_DATA` is absolute. */
export type Config = Readonly<z.output<typeof schema>>;

/** A bad environment; `message` is one line per problem, ready to print. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Reads `env` over the `.env` file of `folder`. @throws ConfigError on an unknown key or a bad value. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, folder: string = process.cwd()): Config {
  const file = resolve(folder, '.env');
  const merged = { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...env };
  const unknown = Object.keys(merged).filter((key) => key.startsWith('SEKISHO_') && !(key in SETTINGS));
  if (unknown.length > 0) throw new ConfigError(`Unknown setting ${unknown.join(', ')}; see .env.example.`);
  const given = Object.fromEntries(
    Object.keys(SETTINGS).flatMap((key) => (merged[key] ? [[key, merged[key]]] : [])),
  );
  const result = schema.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`Bad setting. ${lines.join('; ')}`);
  }
  return Object.freeze({ ...result.data, SEKISHO_DATA: resolve(folder, result.data.SEKISHO_DATA) });
}
