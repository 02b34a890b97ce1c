/**
 * `npm start`: the app, with its data in the platform's default directory. A desktop window if Electron's runtime is
 * installed, else the browser, served on 127.0.0.1. The network is chosen in the app, or named by an option.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createChildLauncher } from '../main/demo/launch.ts';
import { startNodeProcess } from '../main/demo/node-process.ts';
import { codeOf, messageOf } from '../main/lib/errors.ts';
import { type Arguments, readArguments } from '../main/cli/arguments.ts';
import { faultFrom } from '../main/cli/report.ts';
import { namesNetwork, type NodeOptions } from '../main/node/node-options.ts';
import { optionsHelp } from '../main/node/options-help.ts';
import { NODE_ARGUMENTS, readNodeOptions } from '../main/node/read-options.ts';
import { openBrowser } from './support/browser.ts';
import { findDesktop } from './support/electron.ts';
import { ensurePage } from './support/page.ts';
import { followSession, SESSION_PROGRAM } from './support/session-process.ts';
import { startDesktop } from './support/start-desktop.ts';

const HELP = `npm start -- [options]

${optionsHelp()}
  --browser                 use the browser, even if the desktop window can be shown
  --no-open                 open nothing, print the link`;

const OWN = { browser: 'flag', 'no-open': 'flag', help: 'flag' } as const;
const OWN_FLAGS = Object.keys(OWN).map((name) => `--${name}`);
const args = process.argv.slice(2);
const { given, options } = readGiven();
/** The given options of the node. */
const nodeArgs = args.filter((arg) => !OWN_FLAGS.includes(arg));
const say = (line: string): void => console.log(`start: ${line}`);

const desktop = findDesktop();
if ('program' in desktop && !given.has('browser')) {
  await ensurePage();
  process.exitCode = await (await startDesktop(desktop.program, nodeArgs)).ended;
} else {
  if ('missing' in desktop)
    say(`the desktop window cannot be shown here: ${desktop.missing}; the browser is used instead`);
  process.exitCode = await serve();
}

/** Returns the arguments. Exits with code 2 and a sentence on an error, and with 0 after the help. */
function readGiven(): { given: Arguments; options: NodeOptions } {
  try {
    const given = readArguments('start', args, { ...NODE_ARGUMENTS, ...OWN });
    if (!given.has('help')) return { given, options: readNodeOptions(given) };
    console.log(HELP);
    process.exit(0);
  } catch (error) {
    // The sentence of an argument refers to the help of the terminal program.
    const said = codeOf(error)?.startsWith('argument-') ? `${messageOf(error)}.` : faultFrom(error).message;
    console.error(`start: ${said} See “npm start -- --help”.`);
    process.exit(2);
  }
}

/** Serves the page until Ctrl-C or until the app is shut down. */
async function serve(): Promise<number> {
  await ensurePage();
  const named = namesNetwork(options);
  const launcher = named ? createChildLauncher() : createChildLauncher(SESSION_PROGRAM);
  const interrupted = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve('stopping'));
  });
  try {
    const app = named
      ? await startNodeProcess(launcher.launch, nodeArgs)
      : await followSession(launcher.launch(nodeArgs));
    const url = `${app.api}#token=${readFileSync(app.tokenFile, 'utf8').trim()}`;
    const opened = !given.has('no-open') && openBrowser(url, path.dirname(app.tokenFile));
    say(opened ? `the app opens in your browser; its link is ${url}` : `open the app at ${url}`);
    say(await Promise.race([interrupted, app.ended.then(() => 'the node has stopped')]));
    return 0;
  } catch (error) {
    say(messageOf(error));
    return 1;
  } finally {
    await launcher.endAll();
  }
}
