/**
 * The node as a plain Node.js program: one data directory, the log, the node, and the page with the contract for a
 * browser and the terminal on this machine.
 */
import { join } from 'node:path';
import type { LogLevel } from '../shared/contract/vocabulary.ts';
import type { NodeFacade } from './api/facade.ts';
import { createRouter } from './api/router.ts';
import type { Network } from './core/networks/network.ts';
import { type BrowserHost, startBrowserHost } from './hosts/http.ts';
import { type ApiPlace, createToken, publishApi, withdrawApi } from './hosts/token.ts';
import { type DataDirectory, openDataDirectory } from './lib/disk/datadir.ts';
import { createFileSink, type FileSink } from './lib/log/log-file.ts';
import { createConsoleSink, createRecentSink } from './lib/log/log-sinks.ts';
import { createLog, type Log } from './lib/log/log.ts';
import { runAll, type Service } from './lib/service.ts';

/** What a node is started with. */
export interface NodeConfig {
  readonly network: Network;
  /** Held by this process already. */
  readonly datadir: string;
  /** Multiaddresses; empty = nobody can connect. */
  readonly listen: readonly string[];
  readonly bootstrap: readonly string[];
  /** Of the bootstrap addresses, those that a join link named. */
  readonly joined?: readonly string[] | undefined;
  /** Multiaddresses that others are told instead of those listened on. */
  readonly announce?: readonly string[] | undefined;
  /** Cumulative work that the right chain is known to have, such as a join link names. */
  readonly minimumWork?: bigint | undefined;
  /** The id of a block that is on it, named by somebody whom the user trusts. */
  readonly namedBlock?: string | undefined;
  /** Whether a new node begins with a coin set that the chain commits to, and checks the blocks before it afterwards. */
  readonly snapshotSync?: boolean | undefined;
  /** Whether own payments go to one peer first, so that nobody sees where they come from; yes unless told. */
  readonly hideOrigin?: boolean | undefined;
  /** Bytes that old blocks may take on the disk; all are kept when not given. */
  readonly pruneBytes?: number | undefined;
  /** Bytes a second that the node may send to other nodes; as many as there are when not given. */
  readonly maxUpload?: number | undefined;
  readonly log: Log;
  /** The node can't go on: a disk that fails, a bug. The program stops it and says why. */
  readonly onFailure: (error: unknown) => void;
}

export interface StartedNode {
  readonly facade: NodeFacade;
  stop(): Promise<void>;
}

export type CreateNode = (config: NodeConfig, signal: AbortSignal) => Promise<StartedNode>;

export interface HeadlessConfig {
  readonly network: Network;
  readonly datadir: string;
  readonly listen: readonly string[];
  readonly bootstrap: readonly string[];
  /** See NodeConfig. */
  readonly joined?: readonly string[] | undefined;
  /** See NodeConfig. */
  readonly announce?: readonly string[] | undefined;
  /** See NodeConfig. */
  readonly minimumWork?: bigint | undefined;
  /** See NodeConfig. */
  readonly namedBlock?: string | undefined;
  /** See NodeConfig. */
  readonly snapshotSync?: boolean | undefined;
  /** See NodeConfig. */
  readonly pruneBytes?: number | undefined;
  /** See NodeConfig. */
  readonly maxUpload?: number | undefined;
  /** Folder of the built page. */
  readonly page: string;
  /** 0 takes any free one. */
  readonly apiPort: number;
  readonly logLevel: LogLevel;
  /** Where readable lines go beside the file; warnings and errors only. */
  readonly console: { write(text: string): unknown };
}

export interface HeadlessDeps {
  readonly createNode: CreateNode;
  /** Aborting it while the node starts undoes what was started. */
  readonly signal: AbortSignal;
  /** A client asked for it. */
  readonly onShutdown: () => void;
  readonly onFailure: (error: unknown) => void;
}

export interface Headless {
  readonly facade: NodeFacade;
  readonly place: ApiPlace;
  readonly log: Log;
  /** Writes the log out at once, for the moment before the process dies. */
  flushLog(): void;
  stop(): Promise<void>;
}

/** Starts all of it in order; what started is undone, last first, when a later part fails. */
export async function startHeadless(config: HeadlessConfig, deps: HeadlessDeps): Promise<Headless> {
  const parts: Partial<Parts> = {};
  const stop = await runAll(servicesOf(config, deps, parts), deps.signal);
  const { node, place, logs } = parts as Parts;
  return { facade: node.facade, place, log: logs.log, flushLog: () => logs.file.flushSync(), stop };
}

interface Logs {
  readonly log: Log;
  readonly file: FileSink;
  readonly recent: ReturnType<typeof createRecentSink>;
}

interface Parts {
  readonly directory: DataDirectory;
  readonly logs: Logs;
  readonly node: StartedNode;
  readonly host: BrowserHost;
  readonly place: ApiPlace;
}

function servicesOf(
  config: HeadlessConfig,
  deps: HeadlessDeps,
  parts: { -readonly [Name in keyof Parts]?: Parts[Name] },
): Service[] {
  const token = createToken();
  return [
    {
      name: 'data directory',
      start: async () => void (parts.directory = await openDataDirectory(config.datadir)),
      stop: () => parts.directory!.release(),
    },
    {
      name: 'log',
      start: () => void (parts.logs = openLogs(config)),
      stop: () => parts.logs!.file.close(),
    },
    {
      name: 'node',
      start: async (signal) => {
        const { network, listen, bootstrap, joined, announce, minimumWork, namedBlock } = config;
        const { snapshotSync, pruneBytes, maxUpload } = config;
        const { log } = parts.logs!;
        const datadir = parts.directory!.path;
        const reach = { listen, bootstrap, joined, announce, minimumWork, namedBlock, snapshotSync };
        const limits = { pruneBytes, maxUpload };
        const node = { network, datadir, ...reach, ...limits, log, onFailure: deps.onFailure };
        parts.node = await deps.createNode(node, signal);
      },
      stop: () => parts.node!.stop(),
    },
    {
      name: 'browser host',
      start: async () => {
        const { log, recent } = parts.logs!;
        const router = createRouter({
          node: parts.node!.facade,
          log: log.child('api'),
          shutdown: deps.onShutdown,
          recentLog: (limit, level) => recent.recent(limit, level),
        });
        const { page, apiPort: port } = config;
        parts.host = await startBrowserHost({ router, token, page, port, log: log.child('host') });
      },
      stop: () => parts.host!.close(),
    },
    {
      name: 'api files',
      start: () => void (parts.place = publishApi(parts.directory!.path, parts.host!.url, token)),
      stop: () => withdrawApi(parts.directory!.path),
    },
  ];
}

function openLogs(config: HeadlessConfig): Logs {
  const file = createFileSink({ path: join(config.datadir, 'logs', 'kith.log') });
  const recent = createRecentSink();
  const console = createConsoleSink(config.console, 'warn');
  const log = createLog({ sinks: [file, recent, console], level: config.logLevel });
  return { log, file, recent };
}
