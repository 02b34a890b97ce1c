/**
 * `npm run demo`: a demo network of real nodes on this computer, and the app on one more node. Ends with Ctrl-C, when
 * the app is closed, or after --for seconds; leaves no files and processes.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connect } from '../main/demo/connect.ts';
import { startDemoNetwork, type DemoNetwork } from '../main/demo/demo-network.ts';
import { demoNodeArgs, type Connection } from '../main/demo/demo-nodes.ts';
import { createChildLauncher } from '../main/demo/launch.ts';
import { startNodeProcess, type NodeProcess } from '../main/demo/node-process.ts';
import { createDemoEvents } from '../main/demo/demo-events.ts';
import { describeDemo } from '../main/demo/report.ts';
import { defaultDataRoot } from '../main/lib/datadir.ts';
import { messageOf } from '../main/lib/errors.ts';
import { readArguments, readNumber } from './support/arguments.ts';
import { openBrowser } from './support/browser.ts';
import { findDesktop } from './support/electron.ts';
import { startDesktop } from './support/start-desktop.ts';
import { ensurePage } from './support/page.ts';

const HELP = `npm run demo -- [options]
  --nodes N        nodes besides your own, 1 to 10 (default: 5)
  --for SECONDS    stop after so many seconds
  --no-open        open nothing, print the link
  --keep           keep the data of the demo, and continue with it next time`;

const values = readArguments(
  'demo',
  {
    nodes: { type: 'string', default: '5' },
    for: { type: 'string' },
    'no-open': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
  HELP,
);
const count = readNumber('--nodes', values.nodes, 1, 10);
const seconds = values.for === undefined ? null : readNumber('--for', values.for, 1, 86_400);
const STATUS_EVERY = 5000;

const say = (line: string): void => console.log(`demo: ${line}`);
const launcher = createChildLauncher();
const stopped = Promise.withResolvers<{ code: number; why: string }>();
const end = (code: number, why: string): void => stopped.resolve({ code, why });

process.once('SIGINT', () => end(0, 'stopping'));
process.once('SIGTERM', () => end(0, 'stopping'));
process.once('SIGHUP', () => end(0, 'stopping'));

const folder = values.keep
  ? path.join(defaultDataRoot(), 'demo')
  : mkdtempSync(path.join(os.tmpdir(), 'kith-demo-'));
mkdirSync(folder, { recursive: true, mode: 0o700 });

run().catch((error: unknown) => end(1, messageOf(error)));
const { code, why } = await stopped.promise;
say(why);
await launcher.endAll();
if (!values.keep) rmSync(folder, { recursive: true, force: true });
say('stopped');
process.exit(code);

async function run(): Promise<void> {
  if (await ensurePage()) say('page built');
  say(`starting ${count} nodes of the network "local" on this machine …`);
  const problems: string[] = [];
  const network = await startDemoNetwork({
    count,
    folder,
    launch: launcher.launch,
    connect,
    onProblem: (error) => problems.push(messageOf(error)),
  });
  void network.broken.then((sentence) => end(1, sentence));
  const own = await openApp(network);
  if (seconds !== null) setTimeout(() => end(0, `${seconds} s are over, stopping`), seconds * 1000);
  const events = createDemoEvents([
    ...network.nodes.map(({ name, process: { peerId }, connection: { client } }) => ({
      name,
      peerId,
      client,
    })),
    ...(own === null ? [] : [{ name: 'your node', peerId: own.peerId, client: own.client }]),
  ]);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, STATUS_EVERY));
    for (const line of await events()) say(line);
    say(await describeDemo(network, own?.client ?? null));
    for (const problem of new Set(problems.splice(0))) say(problem);
  }
}

/** The user's own node: inside the desktop app, or as one more process with the page in the browser. */
async function openApp(network: DemoNetwork): Promise<(Connection & { readonly peerId: string }) | null> {
  const datadir = path.join(folder, 'you');
  const known = network.nodes.flatMap(({ process: { addresses } }) => addresses[0] ?? []);
  const desktop = findDesktop();
  if ('program' in desktop && !values['no-open']) {
    const args = ['--network', 'local', '--datadir', datadir, '--listen', '/ip4/127.0.0.1/tcp/0'];
    const app = await startDesktop(desktop.program, [
      ...args,
      ...known.flatMap((each) => ['--bootstrap', each]),
    ]);
    void app.ended.then(() => end(0, 'the app was closed'));
    return null;
  }
  if ('missing' in desktop && !values['no-open'])
    say(`the desktop window cannot be shown here: ${desktop.missing}; the browser is used instead`);
  const own = await startNodeProcess(launcher.launch, demoNodeArgs(datadir, known));
  void own.ended.then((how) => end(1, `your node stopped unexpectedly (${how})`));
  const connection = await connect(own);
  network.addReceiver(() => ownAddress(connection));
  showLink(own);
  return { ...connection, peerId: own.peerId };
}

async function ownAddress({ client }: Connection): Promise<string | null> {
  const [wallet] = await client.wallet.list();
  return wallet ? (await client.wallet.address({ name: wallet.name })).address : null;
}

function showLink(own: NodeProcess): void {
  const url = `${own.api}#token=${readFileSync(own.tokenFile, 'utf8').trim()}`;
  const opened = !values['no-open'] && openBrowser(url, folder);
  say(opened ? `the app opens in your browser; its link is ${url}` : `open the app at ${url}`);
}
