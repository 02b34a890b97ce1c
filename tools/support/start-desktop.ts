import { spawn } from 'node:child_process';
import { START_SWITCHES } from '../../main/electron/start-switches.ts';
import { ensureDesktop } from './desktop.ts';
import { ROOT } from './root.ts';

export interface DesktopApp {
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
}

/** Builds what Electron loads if it is stale, and starts the app from this checkout. */
export async function startDesktop(program: string, args: readonly string[]): Promise<DesktopApp> {
  await ensureDesktop();
  const child = spawn(program, [ROOT, ...START_SWITCHES, ...args], { stdio: 'inherit' });
  const ended = new Promise<number>((resolve) => {
    child.on('error', (error) => {
      console.error(`the desktop app could not start: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
  return { ended };
}
