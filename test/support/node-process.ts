import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { connectNode } from '../../main/cli/connect.ts';
import type { KithClient } from '../../shared/contract/contract.ts';
import { newDirectory } from './test-chain.ts';

/** A node in a process of its own, as `kith node --json` starts it, and the contract over its WebSocket. */
export interface NodeProcess {
  readonly datadir: string;
  readonly peerId: string;
  readonly addresses: readonly string[];
  readonly call: KithClient;
  readonly pid: number;
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<void>;
  /** What it wrote to standard error so far. */
  errors(): string;
  /** No chance to say goodbye. */
  kill(): Promise<void>;
  /** As Ctrl-C does; gives the exit code. */
  stop(): Promise<number | null>;
}

export interface NodeProcessOptions {
  readonly network?: string;
  /** A join link instead of a network. */
  readonly join?: string;
  readonly datadir?: string;
  readonly listen?: readonly string[];
  readonly bootstrap?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the process with SIGKILL this long after its start; starting it then fails if it was not ready yet. */
  readonly killAfterMs?: number | undefined;
}

interface ReadyLine {
  readonly ready: true;
  readonly peerId: string;
  readonly addresses: readonly string[];
  readonly api: string;
  readonly tokenFile: string;
}

const KITH = fileURLToPath(new URL('../../main/cli/kith.mjs', import.meta.url));
const READY_MS = 30_000;

export async function startNodeProcess(options: NodeProcessOptions = {}): Promise<NodeProcess> {
  const datadir = options.datadir ?? newDirectory();
  const listen = options.listen ?? ['/ip4/127.0.0.1/tcp/0'];
  const args = [
    'node',
    ...(options.join === undefined ? ['--network', options.network ?? 'regtest'] : ['--join', options.join]),
    '--datadir',
    datadir,
    '--api-port',
    '0',
    '--json',
  ];
  if (listen.length > 0) args.push('--listen', ...listen);
  if (options.bootstrap !== undefined && options.bootstrap.length > 0)
    args.push('--bootstrap', ...options.bootstrap);
  args.push(...(options.args ?? []));
  const child = spawn(process.execPath, [KITH, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-20_000);
  });
  if (options.killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await readyLine(child, () => errors);
  const token = readFileSync(ready.tokenFile, 'utf8').trim();
  const { client, close } = await connectNode({ api: ready.api, token, where: datadir });

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    close();
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    datadir,
    peerId: ready.peerId,
    addresses: ready.addresses,
    call: client,
    pid: child.pid!,
    ended,
    errors: () => errors,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

async function readyLine(child: ChildProcess, errors: () => string): Promise<ReadyLine> {
  const lines = createInterface({ input: child.stdout! });
  const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS);
  try {
    for await (const line of lines) {
      const said = JSON.parse(line) as Partial<ReadyLine>;
      if (said.ready === true) return said as ReadyLine;
    }
    throw new Error(`the node did not start: ${errors()}`);
  } finally {
    clearTimeout(timer);
  }
}
