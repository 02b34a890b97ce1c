import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createToken } from '../rpc/token.ts';
import { optionsHelp } from '../node/options-help.ts';
import { NODE_ARGUMENTS, readNodeOptions } from '../node/read-options.ts';
import { resolveOptions, type ResolvedOptions } from '../node/resolve-options.ts';
import type { RunningNode } from '../node/run-node.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { keepRunning } from './keep-running.ts';
import { jsonLine, plainText } from './printing.ts';
import { followProcess, within } from './process-life.ts';
import { faultFrom, reportToUser, reportToProgram } from './report.ts';

const HELP = `kith node: run a full node and serve its user interface to a browser on this computer.

Usage: kith node --network NAME [options]
       kith node --join LINK [options]

${optionsHelp()}
  --json                    print one JSON line when ready, and failures as one JSON line

It prints a link to its page when it is ready. Ctrl-C stops it cleanly.
`;

const OPTIONS = { ...NODE_ARGUMENTS, json: 'flag' } as const;

const STOP_LIMIT_MS = 4_800;
/** The API of `kith node` always has a port, so that `kith call` can find it. */
const ANY_PORT = 0;
const PAGE = fileURLToPath(new URL('../../out/renderer', import.meta.url));

export const nodeCommand: Command = { help: HELP, run: runNode };

async function runNode(args: readonly string[]): Promise<number> {
  const given = readArguments('node', args, OPTIONS);
  const json = given.has('json');
  const resolved = await resolveOptions(readNodeOptions(given));
  const options = { ...resolved, apiPort: resolved.apiPort ?? ANY_PORT };
  let running: RunningNode | undefined;
  const report = (error: unknown) => (json ? reportToProgram : reportToUser)(faultFrom(error));
  const life = followProcess({
    onCrash(error) {
      running?.log.error('uncaught exception', { error });
      running?.flushLog();
      report(error);
    },
  });
  // Loaded on demand, so that a wrong command line is reported immediately.
  const [{ runNode: run }, { createNode }] = await Promise.all([
    import('../node/run-node.ts'),
    import('../node/node.ts'),
  ]);
  const shared = {
    createNode,
    page: PAGE,
    console: process.stderr,
    token: createToken(),
    onShutdown: life.end,
    canRestart: true,
  };
  let { apiPort } = options;
  let isReadyPrinted = false;
  const ended = await keepRunning({
    signal: life.signal,
    now: () => performance.now(),
    start: (signal, onFailure) => run({ ...options, apiPort }, { ...shared, signal, onFailure }),
    started(node) {
      running = node;
      // A node that restarts keeps its port, so that clients find it again.
      apiPort = Number(new URL(node.place!.api).port) || apiPort;
      if (!isReadyPrinted) process.stdout.write(json ? readyLine(node, options) : readyText(node, options));
      isReadyPrinted = true;
    },
  });
  running = ended.running;
  let failure = ended.failure;
  if (failure !== undefined) running?.log.error('the node stops because it failed', { error: failure });
  await within(STOP_LIMIT_MS, running?.stop() ?? Promise.resolve()).catch(
    (error: unknown) => (failure ??= error),
  );
  if (failure !== undefined) report(failure);
  return leave(failure === undefined ? 0 : 1);
}

/**
 * Ends the process although handles may be open. All data is on the disk by now, and a stopped node must not keep
 * running.
 */
async function leave(code: number): Promise<never> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
  );
  process.exit(code);
}

function readyLine({ facade, place }: RunningNode, config: ResolvedOptions): string {
  const { api, tokenFile, pid } = place!;
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

function readyText({ facade, place }: RunningNode, config: ResolvedOptions): string {
  const token = readFileSync(place!.tokenFile, 'utf8').trim();
  const addresses = facade.peers.addresses().map((address) => `  ${address}`);
  const lines = [
    `A node of the network “${config.network.name}” is running. Its page: ${place!.api}#token=${token}`,
    `Data directory: ${config.datadir}`,
    ...(addresses.length === 0 ? [] : ['Addresses for other nodes:', ...addresses]),
    'Ctrl-C stops the node.',
    '',
  ];
  return plainText(lines.join('\n'));
}
