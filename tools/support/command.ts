import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './root.ts';

export interface Outcome {
  readonly code: number;
  /** Both streams in their order; empty if they were passed through. */
  readonly output: string;
  readonly seconds: number;
}

export interface CommandOptions {
  /** Collect the output instead of passing it through. */
  readonly capture?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** The file of a package's bin, so that it runs with the same Node.js and without a shell on every system. */
export function packageBin(packageName: string, file: string): string {
  return path.join(ROOT, 'node_modules', packageName, file);
}

/** Runs a program to its end in the project's root. Never throws for an exit code; code 127 = could not start. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', options.capture ? 'pipe' : 'inherit', options.capture ? 'pipe' : 'inherit'],
      env: { ...process.env, ...(options.capture ? { NO_COLOR: '1' } : {}), ...options.env },
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const finish = (code: number): void =>
      resolve({ code, output, seconds: (performance.now() - begun) / 1000 });
    child.on('error', (error) => {
      output += `${error.message}\n`;
      finish(127);
    });
    child.on('close', (code) => finish(code ?? 1));
  });
}

/** Runs a development tool with the same Node.js. */
export function runTool(
  script: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  return runCommand(process.execPath, [script, ...args], options);
}
