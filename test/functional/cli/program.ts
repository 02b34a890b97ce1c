import { type ChildProcess, spawn } from 'node:child_process';
import { KITH } from '../../support/programs.ts';

/** Arguments of a node for tests; it listens only on loopback. */
export const NODE = ['node', '--network', 'regtest', '--listen', '/ip4/127.0.0.1/tcp/0', '--json'];

/** What a run of `kith` left behind. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** The last line of standard error as JSON. */
  readonly fault: { readonly code?: string; readonly message?: string; readonly data?: unknown } | null;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The first line of standard output that satisfies, as JSON. Rejects when the program ends before it. */
  line(): Promise<Record<string, unknown>>;
}

const RUN_LIMIT_MS = 30_000;
const children = new Set<ChildProcess>();

/** Ends what tests left running, by its own handle only. */
export function cleanUp(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Starts the real program. */
export function start(args: readonly string[], input?: string): Running {
  const child = spawn(process.execPath, [KITH, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined);
  if (input !== undefined) child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => {
      children.delete(child);
      resolve({ code, out, err, fault: readFault(err) });
    }),
  );
  return {
    child,
    ended,
    line: () =>
      new Promise((resolve, reject) => {
        const look = () => {
          const end = out.indexOf('\n');
          if (end >= 0) resolve(JSON.parse(out.slice(0, end)) as Record<string, unknown>);
        };
        child.stdout.on('data', look);
        look();
        void ended.then(({ err: text }) => reject(new Error(`it ended first: ${text}`)));
      }),
  };
}

/** Runs the real program to its end; one that goes on instead of failing is stopped after a while. */
export async function run(args: readonly string[], input?: string): Promise<Ended> {
  const { child, ended } = start(args, input);
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_LIMIT_MS);
  const result = await ended;
  clearTimeout(timer);
  return result;
}

/** One call by the terminal; the parsed result, or a rejection with the fault. */
export async function call(datadir: string, procedure: string, input?: unknown): Promise<unknown> {
  const { code, out, fault } = await run(
    ['call', '--datadir', datadir, procedure, ...(input === undefined ? [] : ['-'])],
    input === undefined ? undefined : JSON.stringify(input),
  );
  if (code !== 0) throw Object.assign(new Error(fault?.message), fault);
  return out === '' ? undefined : (JSON.parse(out) as unknown);
}

function readFault(err: string): Ended['fault'] {
  try {
    return JSON.parse(err.trimEnd().split('\n').at(-1) ?? '') as Ended['fault'];
  } catch {
    return null;
  }
}
