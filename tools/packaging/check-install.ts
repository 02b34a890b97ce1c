import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../support/command.ts';
import { ROOT } from '../support/root.ts';

const MIRROR = 'http://deb.debian.org/debian';
/** A display for the test, and what a desktop has for menus and types of files. */
const WITH = 'ca-certificates,desktop-file-utils,shared-mime-info,procps,xauth,xdotool,xvfb';

/** Installs, starts and removes the deb in a fresh Debian; needs root, debootstrap and Debian's mirror. */
export async function checkInstall(deb: string, work: string): Promise<string[]> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/sbin/debootstrap')) {
    console.log('package: not installed anywhere: that needs root and debootstrap');
    return [];
  }
  const root = path.join(work, 'debian');
  const args = ['--variant=minbase', `--include=${WITH}`, 'bookworm', root, MIRROR];
  try {
    const made = await runCommand('debootstrap', args, { capture: true });
    if (made.code !== 0) return [`debootstrap: ${made.output.slice(-500)}`];
    const script = path.join(ROOT, 'tools/packaging/check-install.sh');
    const { code, output } = await runCommand('unshare', ['--mount', 'sh', script, root, deb], {
      capture: true,
    });
    if (code !== 0) return [output.trim()];
    console.log(output.trim());
    return [];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
