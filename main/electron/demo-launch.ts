import { fileURLToPath } from 'node:url';
import { utilityProcess } from 'electron';
import { createLauncher, type Launcher } from '../demo/launch.ts';

/**
 * Runs nodes as utility processes, because a packaged app cannot start itself as a plain Node.js. They end with the
 * app.
 */
export function createUtilityLauncher(): Launcher {
  const program = fileURLToPath(new URL('./demo-child.mjs', import.meta.url));
  return createLauncher((args) => {
    const child = utilityProcess.fork(program, [...args], { stdio: 'pipe', serviceName: 'Kith demo node' });
    return {
      pid: child.pid,
      stdout: child.stdout!,
      stderr: child.stderr!,
      end: () => child.postMessage('end'),
      kill: () => void child.kill(),
      ended: new Promise((resolve) => {
        child.on('exit', (code) => resolve(`exit code ${code}`));
      }),
    };
  });
}
