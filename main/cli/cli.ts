import { emptyCoreDumps } from '../lib/core-dumps.ts';
import { KithError } from '../lib/errors.ts';
import { VERSION } from '../lib/version.ts';
import type { Command } from './command.ts';
import { faultFrom, reportToUser, reportToProgram } from './report.ts';

interface Entry {
  readonly summary: string;
  /** Loaded on demand, so that `kith call` does not load the modules of `kith node`. */
  load(): Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  node: {
    summary: 'run a full node and serve its user interface to a browser on this computer',
    load: async () => (await import('./node-command.ts')).nodeCommand,
  },
  network: {
    summary: 'create a network',
    load: async () => (await import('./network-command.ts')).networkCommand,
  },
  verify: {
    summary: 'check a data directory',
    load: async () => (await import('./chain-command.ts')).verifyCommand,
  },
  chain: {
    summary: 'export or import blocks as a file',
    load: async () => (await import('./chain-command.ts')).chainCommand,
  },
  call: {
    summary: 'call a procedure of a running node, or follow a subscription',
    load: async () => (await import('./call-command.ts')).callCommand,
  },
  diagnosis: {
    summary: 'write facts about a running node for a developer, without private data',
    load: async () => (await import('./diagnosis-command.ts')).diagnosisCommand,
  },
};

const HELP = `kith ${VERSION}: full node and wallet of a peer-to-peer currency.

Usage: kith COMMAND [options]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`)
  .join('\n')}

  kith COMMAND --help   help for a command
  kith --version        the version
`;

/** Runs the program; resolves with its exit code. Every failure is reported as one sentence with a stable code. */
export async function runCli(args: readonly string[]): Promise<number> {
  // Also `kith call` has passwords in its memory.
  emptyCoreDumps();
  // The reader of the output may stop early (kith call … | head -1), which is not a failure.
  process.stdout.on('error', () => process.exit(0));
  const [name, ...rest] = args;
  try {
    if (name === undefined || isHelp(name)) return await showHelp(rest[0]);
    if (name === '--version' || name === 'version') return print(`${VERSION}\n`);
    const command = await find(name);
    // Later the word may be the value of an option.
    if (rest[0] === 'help' || rest.some(isHelpOption)) return print(command.help);
    return await command.run(rest);
  } catch (error) {
    const fault = faultFrom(error);
    if (name === 'call' || rest.includes('--json')) reportToProgram(fault);
    else reportToUser(fault);
    // `kith call` always fails with 1; other commands exit with 2 when the command line itself was wrong.
    return name !== 'call' && /^(argument|command)-/.test(fault.code) ? 2 : 1;
  }
}

function isHelp(argument: string): boolean {
  return argument === 'help' || isHelpOption(argument);
}

function isHelpOption(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

async function showHelp(topic: string | undefined): Promise<number> {
  return print(topic === undefined || isHelp(topic) ? HELP : (await find(topic)).help);
}

function find(name: string): Promise<Command> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) throw new KithError('command-unknown', name, { data: { command: name } });
  return entry.load();
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
