/** Prepares the tests with the real Electron: finds a runtime, a display, and a user for whom Chromium's sandbox runs. */
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packageBin, runCommand } from './command.ts';
import { electronProgram, programIn } from './electron.ts';
import { ROOT } from './root.ts';

/** How a program that starts Electron is run here. */
export interface DesktopRun {
  /** Electron's program. */
  readonly program: string;
  /** What is put before the command. */
  readonly prefix: readonly string[];
  /** Where the command sees the project; not ROOT if only root can read that folder. */
  readonly root: string;
  /** An empty folder that the user of the command owns. */
  readonly temporary: string;
  /** Whether the display is a virtual one, so that each test file can start another. */
  readonly hasOwnDisplays: boolean;
  /** Deletes the folder. */
  end(): void;
}

const USER = 'kith-tester';
/** The script that provides Electron's runtime on a computer that cannot download it from Electron's server. */
export const SHARED_RUNTIME = path.join(ROOT, '../shared/electron/runtime.sh');
const SCREEN = ['-a', '-s', '-screen 0 1280x800x24'];
/** Binds the folder $1 to $2 in a mount namespace of its own and runs the rest. */
const BIND = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"';

/** Vitest, run for the tests of this kind, as a command and its environment. */
export function vitestCommand(
  run: DesktopRun,
  args: readonly string[],
): readonly [string, readonly string[]] {
  const vitest = [process.execPath, packageBin('vitest', 'vitest.mjs')].map((file) => seenBy(run, file));
  // The configuration is imported as it is: that user cannot write a compiled copy beside it.
  const [command, ...rest] = [...run.prefix, ...vitest, 'run', '--configLoader', 'native', ...args];
  return [command!, rest];
}

/** The same run with the deb installed in the system that the command sees. */
export async function withInstalled(run: DesktopRun, deb: string): Promise<DesktopRun> {
  // The overlays hide what is written into the folders of the system.
  const isHidden = /^\/(?:usr|opt|etc|var)\//.test(run.temporary);
  if (process.getuid?.() !== 0 || isHidden || !(await succeeds('unshare', ['--mount', 'true']))) {
    console.log(
      'test: desktop: the deb is not installed for its test, which needs root and mount namespaces',
    );
    return run;
  }
  const layers = path.join(run.temporary, 'system');
  mkdirSync(layers);
  const script = path.join(ROOT, 'tools/packaging/installed.sh');
  return { ...run, prefix: ['unshare', '--mount', 'sh', script, deb, layers, ...run.prefix] };
}

/** The path of a file for that command. Files inside the project are reached by the other path of the project. */
export function seenBy(run: DesktopRun, file: string): string {
  return file.startsWith(ROOT + path.sep) ? path.join(run.root, path.relative(ROOT, file)) : file;
}

/** `more`: packages besides those of the tests. What is missing, as the end of a sentence, if it cannot run here. */
export async function prepareDesktopRun(
  more: readonly string[] = [],
): Promise<DesktopRun | { readonly missing: string }> {
  const program = electronProgram() ?? (await sharedProgram());
  if (program === null)
    return { missing: 'Electron’s runtime has not been downloaded (npx install-electron)' };
  const temporary = mkdtempSync(path.join(os.tmpdir(), 'kith-desktop-'));
  const end = (): void => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  try {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      const prefix = await display();
      return { program, prefix, hasOwnDisplays: prefix.length > 0, root: ROOT, temporary, end };
    }
    await install(['xvfb', 'xauth', 'xdotool', 'dbus', ...more]);
    return { program, ...(await asUser(temporary)), hasOwnDisplays: true, temporary, end };
  } catch (error) {
    end();
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

async function sharedProgram(): Promise<string | null> {
  if (!existsSync(SHARED_RUNTIME)) return null;
  console.log('test: preparing Electron …');
  const { code, output } = await runCommand('bash', [SHARED_RUNTIME], { capture: true });
  if (code !== 0) console.log(output);
  return code === 0 ? programIn(output.trim().split('\n').at(-1)!) : null;
}

/** The command prefix that starts a virtual display. Empty if none is needed. */
async function display(): Promise<string[]> {
  if (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) return [];
  if (!(await succeeds('xvfb-run', ['--help'])))
    throw new Error('there is no display, and xvfb-run is not installed');
  return ['xvfb-run', ...SCREEN];
}

/** Chromium's sandbox refuses root, and without the sandbox nothing is proved. */
async function asUser(temporary: string): Promise<{ prefix: string[]; root: string }> {
  if (!(await succeeds('id', [USER]))) await must('useradd', ['--create-home', USER]);
  await must('chown', [USER, temporary]);
  const user = ['setpriv', '--reuid', USER, '--regid', USER, '--init-groups', 'env'];
  const environment = [
    `HOME=/home/${USER}`,
    `XDG_RUNTIME_DIR=${temporary}`,
    'DBUS_SESSION_BUS_ADDRESS=unix:path=/dev/null',
  ];
  const prefix = [...user, ...environment, 'xvfb-run', ...SCREEN];
  if (await succeeds(user[0]!, [...user.slice(1), 'test', '-r', path.join(ROOT, 'package.json')]))
    return { prefix, root: ROOT };
  // The checkout is in a folder that only root can read.
  const root = mkdtempSync(path.join(os.tmpdir(), 'kith-checkout-'));
  // Empty: the project is mounted there for that command alone.
  process.on('exit', () => rmdirSync(root));
  await must('chmod', ['755', root]);
  return { prefix: ['unshare', '--mount', 'sh', '-c', BIND, 'sh', ROOT, root, ...prefix], root };
}

async function install(packages: readonly string[]): Promise<void> {
  const absent: string[] = [];
  for (const name of packages) if (!(await succeeds('dpkg', ['-s', name]))) absent.push(name);
  if (absent.length === 0) return;
  console.log(`test: installing ${absent.join(', ')} for the desktop tests …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand('apt-get', ['update', '-qq'], { capture: true, env });
  await must('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...absent], env);
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return (await runCommand(command, args, { capture: true })).code === 0;
}

async function must(command: string, args: readonly string[], env?: Record<string, string>): Promise<void> {
  const { code, output } = await runCommand(command, args, { capture: true, ...(env && { env }) });
  if (code !== 0) throw new Error(`${command} failed: ${output.trim()}`);
}
