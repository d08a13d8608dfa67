/** The command line. Reads the settings once and hands them on; every line a person can mend is one line, no stack. */
import { ConfigError, loadConfig, type Config } from './config.ts';
import { say, StartError } from './deploy/supervisor/say.ts';
import { findRooms } from './room.ts';

const USAGE = `Usage: sekisho <command>

  all            everything on this machine: the rooms below, supervised (npm start)
  gateway        the checkpoint that apps call, alone
  collector      takes in what was captured and writes it to ClickHouse, alone
  console        the page and its API, alone
  evals          evaluations, alone
  clickhouse     the embedded engine, alone
  demo           sample traffic through the running gateway, and one of everything (demo --help)
  eval           runs a suite of evaluations and says whether it passed (eval --help)
  reset-owner    a new password for the owner (of the given e-mail), when theirs is lost
  help           this text

Settings come from the environment and from .env; .env.example lists them all.`;

async function run(command: string, args: readonly string[]): Promise<number> {
  if (command === 'help' || command === '--help' || command === '-h') {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const rooms = findRooms(command);
  if (rooms) return (await import('./deploy/supervisor/host.ts')).hostRooms(rooms, loadConfig(), args);
  if (command === 'all') return (await import('./deploy/supervisor/supervise.ts')).superviseAll(loadConfig());
  if (command === 'demo') {
    const { runDemo } = await import('./deploy/demo/run.ts');
    return (await runDemo(await withInstallation(loadConfig()), args)) ?? 0;
  }
  if (command === 'eval')
    return (await import('./deploy/eval/command.ts')).runEvalCommand(loadConfig(), args);
  if (command === 'reset-owner') {
    const { resetOwner } = await import('./console/api/owner.ts');
    const reset = await resetOwner(loadConfig(), args[0]);
    say(
      'setup' in reset
        ? 'There is no owner yet: npm start prints the set-up link.'
        : `New password of ${reset.email}:`,
    );
    if ('password' in reset) process.stdout.write(`${reset.password}\n`);
    return 0;
  }
  say(command ? `Unknown command "${command}".\n\n${USAGE}` : USAGE);
  return 2;
}

/** For commands beside a running installation: its secret and its gateway, where they are not set. */
async function withInstallation(config: Config): Promise<Config> {
  const { findSecret } = await import('./deploy/supervisor/secret.ts');
  const secret = findSecret(config);
  if (!secret)
    throw new StartError(`There is no Sekisho in ${config.SEKISHO_DATA} yet; npm start makes one.`);
  return {
    ...config,
    SEKISHO_SECRET: secret,
    SEKISHO_GATEWAY_URL: config.SEKISHO_GATEWAY_URL ?? `http://127.0.0.1:${config.GATEWAY_PORT}`,
  };
}

// Whoever reads our text may go away (`npm start | head`, a closed terminal): that is no reason to stop serving.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

try {
  const [command = '', ...args] = process.argv.slice(2);
  process.exitCode = await run(command, args);
} catch (error) {
  const plain = error instanceof ConfigError || error instanceof StartError;
  say(plain ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
process.exit();
