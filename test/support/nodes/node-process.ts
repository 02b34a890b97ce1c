import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { publishBug } from '../../../main/lib/bugs.ts';
import { connectNode } from '../../../main/cli/connect.ts';
import type { KithClient } from '../../../shared/contract/contract.ts';
import { newDirectory } from '../chain/test-chain.ts';
import { KITH } from '../programs.ts';

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
  /** How it is, measured inside since the last question; only with `watched`. Collects garbage first unless told not to. */
  vitals(options?: { readonly collects: boolean }): Promise<Vitals>;
  /** No chance to say goodbye. */
  kill(): Promise<void>;
  /** As Ctrl-C does; gives the exit code. */
  stop(): Promise<number | null>;
}

export interface Vitals {
  /** Bytes of memory that the process has, and that it still needs after collecting garbage. */
  readonly peak: number;
  readonly rss: number;
  /** The part of it that V8 has for the main thread, what the objects in it take, and their buffers. */
  readonly heapTotal: number;
  readonly heapUsed: number;
  readonly arrayBuffers: number;
  /** How late a timer was for the thread's own work, 99 times of 100, and at worst. */
  readonly lagP99Ms: number;
  readonly lagMaxMs: number;
  /** How late timers were altogether because the machine was busy with others. */
  readonly waitedMs: number;
  /** Processor time since its start, all threads. */
  readonly cpuMs: number;
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
  /** Measures memory and delays inside the process, see fixtures/vitals.mjs. */
  readonly watched?: boolean;
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

const READY_MS = 120_000;
const VITALS = new URL('../fixtures/vitals.mjs', import.meta.url).href;
/** With these a node does not start itself again with them (main/lib/small-heap.mjs), which takes a tenth of its start. */
const HEAP = '--max-semi-space-size=8';
const ARENAS = { MALLOC_ARENA_MAX: '1' };
const WATCHED = [HEAP, '--expose-gc', '--import', VITALS];

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
  const watched = options.watched === true;
  const child = spawn(process.execPath, [...(watched ? WATCHED : [HEAP]), KITH, ...args], {
    stdio: watched ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    env: { ...ARENAS, ...process.env, ...options.env },
  });
  let errors = '';
  child.stderr!.on('data', (chunk: Buffer) => {
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
    publishBugsOf(datadir);
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
    vitals: ({ collects } = { collects: true }) => vitalsOf(child, collects),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

/** What a node logs of exceptions that were caught: the message, or the code. */
const CAUGHT = /handler-failed|a listener or timer failed/;

/** A bug that a process caught fails the test as one of its own does, see test/support/bugs.ts. */
function publishBugsOf(datadir: string): void {
  const file = path.join(datadir, 'logs', 'kith.log');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  for (const line of lines.filter((each) => CAUGHT.test(each)))
    publishBug({ where: 'the log of a node', error: new Error(line) });
}

let questions = 0;

function vitalsOf(child: ChildProcess, collects: boolean): Promise<Vitals> {
  const question = ++questions;
  return new Promise((resolve, reject) => {
    const onMessage = (answer: unknown) => {
      if ((answer as { vitals: number }).vitals !== question) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(answer as Vitals);
    };
    const onExit = () => reject(new Error('the node is not there any more'));
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send({ question, collects });
  });
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
