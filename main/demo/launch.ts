import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A started program that will be a node. */
export interface Launched {
  readonly pid: number | undefined;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  /** Asks the program to stop cleanly; it saves its data. */
  end(): void;
  /** Kills the program immediately. */
  kill(): void;
  /** Resolves when it has ended, with the end of a sentence (`exit code 1`). Never rejects. */
  readonly ended: Promise<string>;
}

/** Starts a node as a process: a child process under Node.js, a utility process under Electron. */
export type Launch = (args: readonly string[]) => Launched;

export interface Launcher {
  readonly launch: Launch;
  /** Stops all running and starting processes cleanly. Kills them after 8 s. */
  endAll(): Promise<void>;
}

const END_LIMIT = 8000;

/** Keeps track of started processes, so that none is left running. */
export function createLauncher(start: Launch): Launcher {
  const running = new Set<Launched>();
  return {
    launch(args) {
      const launched = start(args);
      running.add(launched);
      void launched.ended.then(() => running.delete(launched));
      return launched;
    },
    async endAll() {
      await Promise.all([...running].map(endLaunched));
    },
  };
}

const NODE_CHILD = fileURLToPath(new URL('./node-child.mjs', import.meta.url));

/** Nodes as child processes that end when this process ends for any reason. `program` runs one of them. */
export const createChildLauncher = (program = NODE_CHILD): Launcher =>
  createLauncher((args) => launchChild(program, args));

/** Stops a process cleanly. Kills it after 8 s. */
export async function endLaunched(launched: Launched): Promise<void> {
  launched.end();
  const timer = setTimeout(() => launched.kill(), END_LIMIT);
  await launched.ended;
  clearTimeout(timer);
}

function launchChild(program: string, args: readonly string[]): Launched {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 0}`));
  });
  return {
    pid: child.pid,
    stdout: child.stdout,
    stderr: child.stderr,
    end: () => void child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
    ended,
  };
}
