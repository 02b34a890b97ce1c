/**
 * `npm start`: the app on the chosen network, with its data in the platform's place. As a desktop window where
 * Electron's runtime is there, else in the browser, served by the same node on 127.0.0.1.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { createChildLauncher } from '../main/demo/launch.ts';
import { startNodeProcess } from '../main/demo/node-process.ts';
import { defaultDataRoot } from '../main/lib/datadir.ts';
import { codeOf, messageOf } from '../main/lib/errors.ts';
import { createSettingsFile } from '../main/electron/settings.ts';
import { readArguments, readPath } from './support/arguments.ts';
import { openBrowser } from './support/browser.ts';
import { QUESTION, readChoice } from './support/choose-network.ts';
import { runTool } from './support/command.ts';
import { findDesktop } from './support/electron.ts';
import { ensurePage } from './support/page.ts';
import { ROOT } from './support/root.ts';
import { startDesktop } from './support/start-desktop.ts';

const HELP = `npm start -- [options]
  --network NAME|FILE  the network for this run: local, test, or a network file
  --datadir FOLDER     where everything is kept
  --browser            the browser even where the desktop window could be shown
  --no-open            open nothing, print the link`;

const given = readArguments(
  'start',
  {
    network: { type: 'string' },
    datadir: { type: 'string' },
    browser: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
  },
  HELP,
);
const values = {
  ...given,
  datadir: readPath('--datadir', given.datadir),
  // A name has no dot or slash in it, a file has.
  network: /^[^./\\]+$/.test(given.network ?? '') ? given.network : readPath('--network', given.network),
};
const say = (line: string): void => console.log(`start: ${line}`);
const settings = createSettingsFile(values.datadir ?? defaultDataRoot());

const desktop = findDesktop();
if ('program' in desktop && !values.browser) {
  await ensurePage();
  const args = [
    ...(values.network === undefined ? [] : ['--network', values.network]),
    ...(values.datadir === undefined ? [] : ['--datadir', values.datadir]),
  ];
  process.exitCode = await (await startDesktop(desktop.program, args)).ended;
} else {
  if ('missing' in desktop)
    say(`the desktop window can't be shown here: ${desktop.missing}; the browser does it`);
  const network = values.network ?? settings.read().network ?? (await ask());
  process.exitCode =
    network === null
      ? (await runTool(path.join(ROOT, 'tools/demo.ts'), demoArgs())).code
      : await serve(network);
}

function demoArgs(): string[] {
  return values['no-open'] ? ['--no-open'] : [];
}

/** The network to live on from now on; null = the demo. */
async function ask(): Promise<string | null> {
  if (!process.stdin.isTTY) {
    say(
      'no network is chosen yet: npm start -- --network NAME|FILE, or npm run demo; going on alone on "local"',
    );
    return 'local';
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  console.log(QUESTION);
  try {
    for (;;) {
      const choice = readChoice(await terminal.question('1, 2 or a path [1]: '));
      if ('problem' in choice) {
        console.log(choice.problem);
        continue;
      }
      if (choice.network !== null) settings.write({ network: choice.network });
      return choice.network;
    }
  } finally {
    terminal.close();
  }
}

/** Runs the node with the page until Ctrl-C or until the app shuts it down. */
async function serve(network: string): Promise<number> {
  await ensurePage();
  const launcher = createChildLauncher();
  const interrupted = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve('stopping'));
  });
  try {
    const node = await startNodeProcess(launcher.launch, [
      ...['--network', network, '--api-port', '0'],
      ...(values.datadir === undefined ? [] : ['--datadir', values.datadir]),
    ]);
    const url = `${node.api}#token=${readFileSync(node.tokenFile, 'utf8').trim()}`;
    const opened = !values['no-open'] && openBrowser(url, path.dirname(node.tokenFile));
    say(opened ? `the app opens in your browser; its link is ${url}` : `open the app at ${url}`);
    say(await Promise.race([interrupted, node.ended.then(() => 'the node has stopped')]));
    return 0;
  } catch (error) {
    say(messageOf(error));
    if (values.network === undefined && /^network-/.test(codeOf(error) ?? ''))
      say('that network was chosen at an earlier start; choose another: npm start -- --network NAME|FILE');
    return 1;
  } finally {
    await launcher.endAll();
  }
}
