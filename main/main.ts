/** The desktop app's life: what must happen before ready, on ready, when opened again, and at the end. */
import path from 'node:path';
import { app, dialog } from 'electron';
import { faultFrom } from './cli/report.ts';
import { endDespiteSilence } from './lib/answers.ts';
import { descendants, forbidCoreDumps } from './lib/core-dumps.ts';
import { systemClock } from './lib/clock.ts';
import { defaultDataRoot } from './lib/datadir.ts';
import { messageOf } from './lib/errors.ts';
import { namesNetwork } from './node/node-options.ts';
import { createCrashReports } from './electron/crash-reports.ts';
import { withClosingSheet } from './electron/closing-sheet.ts';
import { createDataMover } from './electron/data-mover.ts';
import { createDesktop } from './electron/desktop.ts';
import { guardContents } from './electron/guard.ts';
import { findOpening, type Opening } from './electron/openings.ts';
import { readOptions, type ShellOptions } from './electron/options.ts';
import { recoverMain, reportChildCrashes } from './electron/recovery.ts';
import { findRefusedSwitch, refusalOf } from './electron/refused-switches.ts';
import { registerPageScheme } from './electron/scheme.ts';
import { createShell } from './electron/shell.ts';
import { sayTestBuild } from './electron/test-build.ts';

// Electron's crash reporter, which writes the memory of processes to files, is never started.
const withoutDumps = forbidCoreDumps();
sayTestBuild((line) => process.stderr.write(`${line}\n`));
refuseSwitches();

const { options, dataRoot } = readStart();

app.setName('Kith');
// Windows shows notifications only of programs with the id of their shortcut, which is electron-builder's appId.
if (process.platform === 'win32') app.setAppUserModelId('money.kith.desktop');
app.setPath('userData', dataRoot);
// The page's browser data, separate from the wallets: nothing in it needs to be kept.
app.setPath('sessionData', path.join(dataRoot, 'window'));
app.enableSandbox();
registerPageScheme();
guardContents();

const reports = createCrashReports(path.join(dataRoot, 'crash-reports'), systemClock.now);
recoverMain(reports, report);
reportChildCrashes(reports);

const licences = path.join(app.getAppPath(), 'out/licences.txt');
const mover = createDataMover({ home: dataRoot, fixed: namesNetwork(options.node), onError: report });
const shell = createShell({
  root: app.getAppPath(),
  options,
  mover,
  desktop: createDesktop({
    dataRoot,
    licences,
    isQuitting: () => stopping !== undefined,
    mover,
    onError: report,
  }),
  licences,
  reports,
  onError: report,
});

let opened = false;
let first = findOpening(options.rest, process.cwd());
let stopping: Promise<void> | undefined;
let stopped = false;

/** Ends a packaged app that was started with a switch that weakens it. */
function refuseSwitches(): void {
  const { argv } = process;
  const has = (name: string): boolean => app.commandLine.hasSwitch(name);
  const name = app.isPackaged ? findRefusedSwitch({ argv, has }) : null;
  if (name === null) return;
  dialog.showErrorBox('Kith could not start', refusalOf(name));
  process.exit(1);
}

/** Reads the arguments before anything is stored; ends the program with a sentence when they cannot be used. */
function readStart(): { options: ShellOptions; dataRoot: string } {
  try {
    const given = readOptions(process.argv.slice(app.isPackaged ? 1 : 2));
    return { options: given, dataRoot: given.node.datadir ?? defaultDataRoot() };
  } catch (error) {
    dialog.showErrorBox('Kith could not start', faultFrom(error).message);
    process.exit(1);
  }
}

function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

async function open(): Promise<void> {
  try {
    // Chromium has started the processes from which it forks those of the page.
    await Promise.all([withoutDumps, forbidCoreDumps(await descendants(process.pid))]);
    const asked = first;
    await shell.open(asked);
    opened = true;
    // Arrived while the window was loading.
    if (first !== asked) shell.show(first);
  } catch (error) {
    // The user quit while the window was loading: no dialog about the failed load.
    if (stopping !== undefined) return;
    report(error);
    dialog.showErrorBox('Kith could not start', messageOf(error));
    app.quit();
  }
}

function show(opening: Opening | null): void {
  if (opened) shell.show(opening);
  else first = opening ?? first;
}

if (!app.requestSingleInstanceLock()) {
  app.quit();
} else {
  // After `--` nothing in a link is read as an option. A checkout does not register itself as the handler of links.
  if (app.isPackaged) app.setAsDefaultProtocolClient('kith', process.execPath, ['--']);
  app.on('second-instance', (_event, argv, folder) => show(findOpening(argv, folder)));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    show(findOpening([url], ''));
  });
  app.on('open-file', (event, file) => {
    event.preventDefault();
    show(findOpening([file], ''));
  });
  app.on('window-all-closed', () => app.quit());
  app.on('quit', endDespiteSilence);
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    stopping ??= withClosingSheet(shell.stop()).finally(() => {
      stopped = true;
      app.quit();
    });
  });
  shell.load();
  // Not awaited: Electron is ready only after this module has been evaluated.
  void app.whenReady().then(open, report);
}
