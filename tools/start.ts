/**
 * `npm start`: the app on the chosen network, with its data in the platform's default directory. A desktop window if
 * Electron's runtime is installed, else the browser, served by the same node on 127.0.0.1.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { createChildLauncher } from '../main/demo/launch.ts';
import { startNodeProcess } from '../main/demo/node-process.ts';
import { defaultDataRoot } from '../main/lib/datadir.ts';
import { codeOf, messageOf } from '../main/lib/errors.ts';
import { type Arguments, readArguments } from '../main/cli/arguments.ts';
import { faultFrom } from '../main/cli/report.ts';
import type { NodeOptions } from '../main/node/node-options.ts';
import { optionsHelp } from '../main/node/options-help.ts';
import { NODE_ARGUMENTS, readNodeOptions } from '../main/node/read-options.ts';
import { createSettingsFile } from '../main/electron/settings.ts';
import { openBrowser } from './support/browser.ts';
import { QUESTION, readChoice } from './support/choose-network.ts';
import { runTool } from './support/command.ts';
import { findDesktop } from './support/electron.ts';
import { ensurePage } from './support/page.ts';
import { ROOT } from './support/root.ts';
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
const settings = createSettingsFile(options.datadir ?? defaultDataRoot());

const desktop = findDesktop();
if ('program' in desktop && !given.has('browser')) {
  await ensurePage();
  process.exitCode = await (await startDesktop(desktop.program, nodeArgs)).ended;
} else {
  if ('missing' in desktop)
    say(`the desktop window cannot be shown here: ${desktop.missing}; the browser is used instead`);
  const network = isNamed() ? [] : await chosenNetwork();
  process.exitCode =
    network === null
      ? (await runTool(path.join(ROOT, 'tools/demo.ts'), demoArgs())).code
      : await serve([...network, ...nodeArgs]);
}

/** Whether an argument or the config file names the network. */
function isNamed(): boolean {
  return options.network !== undefined || options.join !== undefined;
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

/** The network of an earlier start, or the answer of the user, as an argument; null = the demo. */
async function chosenNetwork(): Promise<readonly string[] | null> {
  const network = settings.read().network ?? (await ask());
  return network === null ? null : ['--network', network];
}

function demoArgs(): string[] {
  return given.has('no-open') ? ['--no-open'] : [];
}

/** The network to store for later starts; null = the demo. */
async function ask(): Promise<string | null> {
  if (!process.stdin.isTTY) {
    say(
      'no network is chosen yet: npm start -- --network NAME|FILE, or npm run demo; using the network "local" without peers',
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
async function serve(args: readonly string[]): Promise<number> {
  await ensurePage();
  const launcher = createChildLauncher();
  const interrupted = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve('stopping'));
  });
  try {
    const node = await startNodeProcess(launcher.launch, args);
    const url = `${node.api}#token=${readFileSync(node.tokenFile, 'utf8').trim()}`;
    const opened = !given.has('no-open') && openBrowser(url, path.dirname(node.tokenFile));
    say(opened ? `the app opens in your browser; its link is ${url}` : `open the app at ${url}`);
    say(await Promise.race([interrupted, node.ended.then(() => 'the node has stopped')]));
    return 0;
  } catch (error) {
    say(messageOf(error));
    if (!isNamed() && /^network-/.test(codeOf(error) ?? ''))
      say('that network was chosen at an earlier start; choose another: npm start -- --network NAME|FILE');
    return 1;
  } finally {
    await launcher.endAll();
  }
}
