import path from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import type { PaymentQuestion } from '../api/base.ts';
import { createRouter } from '../api/router.ts';
import { defaultDirectory } from '../cli/default-directory.ts';
import { defaultListen } from '../cli/default-listen.ts';
import { readNetwork } from '../cli/network-argument.ts';
import type { CreateNode, StartedNode } from '../headless.ts';
import { createPortHost } from '../hosts/worker-port.ts';
import { openDataDirectory, type DataDirectory } from '../lib/disk/datadir.ts';
import { createFileSink, type FileSink } from '../lib/log/log-file.ts';
import { createRecentSink, type RecentSink } from '../lib/log/log-sinks.ts';
import { createLog, type Log } from '../lib/log/log.ts';
import { runAll, type Service } from '../lib/service.ts';
import type { NodeThreadConfig } from './thread-messages.ts';

export interface NodeProgramDeps {
  readonly createNode: CreateNode;
  /** Aborting it while the node starts undoes what was started. */
  readonly signal: AbortSignal;
  readonly approve: (question: PaymentQuestion) => Promise<boolean>;
  /** A page asked for it. */
  readonly onShutdown: () => void;
  readonly onFailure: (error: unknown) => void;
}

export interface NodeProgram {
  readonly log: Log;
  /** Serves the contract to a page on this port, for as long as it is open. */
  serve(port: MessagePort): void;
  /** Where other nodes can reach this one. */
  addresses(): readonly string[];
  stop(): Promise<void>;
}

interface Parts {
  readonly directory: DataDirectory;
  readonly file: FileSink;
  readonly recent: RecentSink;
  readonly log: Log;
  readonly node: StartedNode;
  readonly host: ReturnType<typeof createPortHost>;
}

type Growing = { -readonly [Name in keyof Parts]?: Parts[Name] };

/** The node as the desktop runs it: as the headless one, but with the window's ports as its only carrier. */
export async function startNodeProgram(
  config: NodeThreadConfig,
  deps: NodeProgramDeps,
): Promise<NodeProgram> {
  const growing: Growing = {};
  const stop = await runAll(servicesOf(config, deps, growing), deps.signal);
  const { node, host, log } = growing as Parts;
  return { log, serve: host.serve, addresses: node.facade.peers.addresses, stop };
}

function servicesOf(config: NodeThreadConfig, deps: NodeProgramDeps, parts: Growing): Service[] {
  const network = readNetwork('kith', config.network);
  return [
    {
      name: 'data directory',
      async start() {
        parts.directory = await openDataDirectory(config.datadir ?? defaultDirectory(network));
      },
      stop: () => parts.directory!.release(),
    },
    {
      name: 'log',
      start() {
        parts.file = createFileSink({ path: path.join(parts.directory!.path, 'logs', 'kith.log') });
        parts.recent = createRecentSink();
        parts.log = createLog({ sinks: [parts.file, parts.recent], level: 'info' });
      },
      stop: () => parts.file!.close(),
    },
    {
      name: 'node',
      async start(signal) {
        parts.node = await deps.createNode(
          {
            network,
            datadir: parts.directory!.path,
            listen: config.listen ?? defaultListen(network),
            bootstrap: config.bootstrap ?? network.bootstrap,
            log: parts.log!,
            onFailure: deps.onFailure,
          },
          signal,
        );
      },
      stop: () => parts.node!.stop(),
    },
    {
      name: 'ports',
      start() {
        const router = createRouter({
          node: parts.node!.facade,
          log: parts.log!.child('api'),
          shutdown: deps.onShutdown,
          recentLog: (limit, level) => parts.recent!.recent(limit, level),
        });
        parts.host = createPortHost({ router, log: parts.log!.child('window'), approve: deps.approve });
      },
      stop: () => parts.host!.close(),
    },
  ];
}
