import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.ts';
import { ensureDesktop } from './desktop.ts';
import { prepareDesktopRun, seenBy } from './desktop-tests.ts';
import { ensurePage } from './page.ts';
import { ROOT } from './root.ts';
import { DESK_PACKAGES } from './test-desk.ts';

const SCENES = path.join(ROOT, 'tools/support/desktop-scenes.ts');

/**
 * Takes pictures of the desktop app in the real Electron, in both themes, into a folder. Those that `docs` has already
 * are replaced there; null = none.
 */
export async function takeDesktopScreens(target: string, docs: string | null): Promise<void> {
  const run = await prepareDesktopRun(DESK_PACKAGES);
  if ('missing' in run) {
    console.log(`screens: the desktop app is left out: ${run.missing}`);
    return;
  }
  try {
    await ensurePage();
    await ensureDesktop();
    const folder = path.join(run.temporary, 'screens');
    const [command, ...rest] = [
      ...run.prefix,
      ...[process.execPath, SCENES].map((file) => seenBy(run, file)),
    ];
    const env = { KITH_ELECTRON: run.program, TMPDIR: run.temporary };
    const { code } = await runCommand(command!, [...rest, folder], { env });
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      copyFileSync(path.join(folder, name), path.join(target, name));
      if (docs !== null && existsSync(path.join(docs, name)))
        copyFileSync(path.join(folder, name), path.join(docs, name));
    }
    if (code !== 0) throw new Error('not all pictures of the desktop app were taken');
  } finally {
    run.end();
  }
}
