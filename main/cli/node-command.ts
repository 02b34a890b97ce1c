import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LOG_LEVELS, type LogLevel } from '../../shared/contract/vocabulary.ts';
import { lockOf, startMining } from '../api/mining.ts';
import type { Network } from '../core/networks/network.ts';
import type { Headless, HeadlessConfig } from '../headless.ts';
import { type Arguments, readArguments, readNumber, wrong } from './arguments.ts';
import type { Command } from './command.ts';
import { defaultDirectory } from './default-directory.ts';
import { defaultListen } from './default-listen.ts';
import type { Joined } from './join-network.ts';
import { readNetwork } from './network-argument.ts';
import { readAddresses } from './peer-addresses.ts';
import { jsonLine, plainText } from './printing.ts';
import { followProcess, within } from './process-life.ts';
import { faultFrom, reportToPerson, reportToProgram } from './report.ts';

const HELP = `kith node: run a full node, with its page for a browser on this machine.

Usage: kith node --network NAME [options]
       kith node --join LINK [options]

  --network NAME|FILE       main, test, local or regtest, or a network file
  --join LINK               a link that a member of a network gave you: kith:join?…
  --datadir FOLDER          where everything is kept; the platform's place unless told
  --listen MULTIADDR …      where other nodes can connect, such as /ip4/0.0.0.0/tcp/21474;
                            on local and regtest this machine only, unless told
  --no-listen               nobody can connect; the node still connects to others
  --bootstrap MULTIADDR …   nodes to begin with, such as /ip4/192.0.2.1/tcp/21474/p2p/12D3…
  --announce MULTIADDR …    what others are told instead of where this node listens, behind a router or a proxy
  --api-port PORT           port of the page on 127.0.0.1; 0 takes any free one (0)
  --snapshot                a new node begins with the newest coin set that the chain commits to, and checks the
                            blocks before it afterwards
  --prune                   keep only the newest blocks, 2 GB of them; always those of the last two epochs, six days
                            on main, which take more than that when every block is full
  --prune-mb N              the same with another size, 10 or more
  --max-upload N            send at most N kB (1 000 bytes) a second to other nodes, 20 or more; new blocks go first
  --mine ADDRESS            mine, and send the rewards there
  --threads N               threads to mine on (1)
  --log-level LEVEL         debug, info, warn or error (info); the log is FOLDER/logs/kith.log
  --json                    print one JSON line when ready, and failures as one JSON line

It prints a link to its page when it is ready. Ctrl-C stops it cleanly.
`;

const OPTIONS = {
  network: 'text',
  join: 'text',
  datadir: 'path',
  listen: 'list',
  'no-listen': 'flag',
  bootstrap: 'list',
  announce: 'list',
  'api-port': 'text',
  snapshot: 'flag',
  prune: 'flag',
  'prune-mb': 'text',
  'max-upload': 'text',
  mine: 'text',
  threads: 'text',
  'log-level': 'text',
  json: 'flag',
} as const;

const STOP_LIMIT_MS = 4_800;
const PAGE = fileURLToPath(new URL('../../out/renderer', import.meta.url));

export const nodeCommand: Command = { help: HELP, run: runNode };

async function runNode(args: readonly string[]): Promise<number> {
  const given = readArguments('node', args, OPTIONS);
  const config = readConfig(given, await readJoin(given));
  const json = given.has('json');
  const threads = readNumber('node', 'threads', given.text('threads'), { least: 1, most: 256, otherwise: 1 });
  const payout = given.text('mine');
  if (payout !== undefined) lockOf(config, payout);
  let running: Headless | undefined;
  let failure: unknown;
  const tell = (error: unknown) => (json ? reportToProgram : reportToPerson)(faultFrom(error));
  const life = followProcess({
    onCrash(error) {
      running?.log.error('an exception that nothing caught', { error });
      running?.flushLog();
      tell(error);
    },
  });
  try {
    // Loaded this late, so that a wrong command line is told at once.
    const [{ startHeadless }, { createNode }] = await Promise.all([
      import('../headless.ts'),
      import('../node.ts'),
    ]);
    running = await startHeadless(config, {
      createNode,
      signal: life.signal,
      onShutdown: life.end,
      onFailure: (error) => {
        failure ??= error;
        life.end();
      },
    });
    if (payout !== undefined) await startMining(running.facade, payout, threads);
    process.stdout.write(json ? readyLine(running, config) : greeting(running, config));
    await life.ending;
  } catch (error) {
    // Stopped while it was starting: that is what was asked for.
    if (running === undefined && life.signal.aborted && failure === undefined) return leave(0);
    failure ??= error;
  }
  if (failure !== undefined) running?.log.error('the node stops because it failed', { error: failure });
  await within(STOP_LIMIT_MS, running?.stop() ?? Promise.resolve()).catch(
    (error: unknown) => (failure ??= error),
  );
  if (failure !== undefined) tell(failure);
  return leave(failure === undefined ? 0 : 1);
}

/**
 * Ends the process, whatever still holds it: what matters is on the disk by now, and a stopped node must never linger.
 */
async function leave(code: number): Promise<never> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
  );
  process.exit(code);
}

async function readJoin(given: Arguments): Promise<Joined | null> {
  const link = given.text('join');
  if (link === undefined) return null;
  if (given.has('network')) throw wrong('argument-invalid', 'node', 'Give either --join or --network');
  return (await import('./join-network.ts')).joinNetwork(link);
}

function readConfig(given: Arguments, joined: Joined | null): HeadlessConfig {
  const network = joined?.network ?? readNetwork('node', given.text('network'));
  const port = readNumber('node', 'api-port', given.text('api-port'), {
    least: 0,
    most: 65_535,
    otherwise: 0,
  });
  return {
    network,
    datadir: given.text('datadir') ?? defaultDirectory(network),
    listen: readAddresses(readListen(given, network)),
    bootstrap: readAddresses([
      ...(joined?.addresses ?? []),
      ...(given.has('bootstrap') ? given.list('bootstrap') : network.bootstrap),
    ]),
    joined: joined?.addresses,
    minimumWork: joined?.minimumWork,
    namedBlock: joined?.namedBlock,
    announce: readAddresses(given.list('announce')),
    snapshotSync: given.has('snapshot'),
    pruneBytes: readPrune(given),
    maxUpload: readMaxUpload(given),
    page: PAGE,
    apiPort: port,
    logLevel: readLevel(given.text('log-level')),
    console: process.stderr,
  };
}

function readListen(given: Arguments, network: Network): readonly string[] {
  if (given.has('no-listen')) {
    if (given.has('listen')) throw wrong('argument-invalid', 'node', 'Give either --listen or --no-listen');
    return [];
  }
  return given.has('listen') ? given.list('listen') : defaultListen(network);
}

function readPrune(given: Arguments): number | undefined {
  if (!given.has('prune') && !given.has('prune-mb')) return undefined;
  const range = { least: 10, most: 1_000_000, otherwise: 2000 };
  return readNumber('node', 'prune-mb', given.text('prune-mb'), range) * 1_000_000;
}

/** With less than 20 kB a second a full block takes longer than the peer that asked for it waits. */
function readMaxUpload(given: Arguments): number | undefined {
  if (!given.has('max-upload')) return undefined;
  const range = { least: 20, most: 10_000_000, otherwise: 20 };
  return readNumber('node', 'max-upload', given.text('max-upload'), range) * 1000;
}

function readLevel(text = 'info'): LogLevel {
  const level = LOG_LEVELS.find((name) => name === text);
  if (level !== undefined) return level;
  throw wrong(
    'argument-invalid',
    'node',
    `The option --log-level must be one of ${LOG_LEVELS.join(', ')}, not “${text}”`,
  );
}

function readyLine({ facade, place }: Headless, config: HeadlessConfig): string {
  const { api, tokenFile, pid } = place;
  const line = {
    ready: true,
    peerId: facade.peers.peerId,
    addresses: facade.peers.addresses(),
    api,
    tokenFile,
    network: config.network.name,
    datadir: config.datadir,
    pid,
  };
  return jsonLine(line);
}

function greeting({ facade, place }: Headless, config: HeadlessConfig): string {
  const token = readFileSync(place.tokenFile, 'utf8').trim();
  const addresses = facade.peers.addresses().map((address) => `  ${address}`);
  const lines = [
    `A node of the network “${config.network.name}” is running. Its page: ${place.api}#token=${token}`,
    `Everything it keeps is in ${config.datadir}`,
    ...(addresses.length === 0 ? [] : ['Other nodes reach it at', ...addresses]),
    'Ctrl-C stops it.',
    '',
  ];
  return plainText(lines.join('\n'));
}
