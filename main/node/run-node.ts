/**
 * The node as a program: data directory, log, node, the router of the contract and, with a port, the page and the API
 * for browsers and terminals on this computer. Both `kith node` and the node thread of the desktop app run this.
 */
import { dirname, join } from 'node:path';
import type { NodeFacade } from '../api/facade.ts';
import { startMining } from '../api/mining.ts';
import type { NetworksAccess } from '../api/networks-access.ts';
import { createRouter, type KithRouter } from '../api/router.ts';
import { type BrowserHost, startBrowserHost } from '../rpc/http.ts';
import { type ApiPlace, createToken, publishApi, withdrawApi } from '../rpc/token.ts';
import { forbidCoreDumps } from '../lib/core-dumps.ts';
import { KithError } from '../lib/errors.ts';
import { type DataDirectory, openDataDirectory } from '../lib/datadir.ts';
import { createFileSink, type FileSink } from '../lib/log-file.ts';
import { createConsoleSink, createRecentSink, type RecentSink } from '../lib/log-sinks.ts';
import { createLog, type Log, silentLog } from '../lib/log.ts';
import { runAll, type Service } from '../lib/service.ts';
import type { CreateNode, NodeConfig, StartedNode } from './node-config.ts';
import { openNodeSettings, type OpenSettings } from './node-settings.ts';
import type { ResolvedOptions } from './resolve-options.ts';

export interface RunDeps {
  readonly createNode: CreateNode;
  /** See NodeConfig. */
  readonly passwordAttempts?: NodeConfig['passwordAttempts'];
  /** Folder of the built page, for the browser. */
  readonly page: string;
  /** Where warnings and errors are printed in addition to the log file; null for nowhere. */
  readonly console: { write(text: string): unknown } | null;
  /**
   * API token; by default a new one. A node that restarts in the same process keeps it, so that clients stay connected.
   */
  readonly token?: string | undefined;
  /** The networks that this program can open; only that of the node if not given. */
  readonly networks?: NetworksAccess | undefined;
  /** Aborts when the node is closed while its clients stay connected. */
  readonly ended?: AbortSignal | undefined;
  /** An API that the program itself serves: the node only publishes it in its data directory. */
  readonly served?: { readonly url: string; readonly token: string; readonly tokenFile: string } | undefined;
  /** If it aborts during the start, the parts that were started are stopped. */
  readonly signal: AbortSignal;
  /** A client requested the shutdown. */
  readonly onShutdown: () => void;
  /** Whether the program starts the node again when `onFailure` gets `node-restarts`. */
  readonly canRestart?: boolean | undefined;
  readonly onFailure: (error: unknown) => void;
}

export interface RunningNode {
  readonly facade: NodeFacade;
  readonly router: KithRouter;
  /** Where the API is served; null without a port. */
  readonly place: ApiPlace | null;
  readonly log: Log;
  /** Writes the log to the disk immediately. Used before a crash ends the process. */
  flushLog(): void;
  stop(): Promise<void>;
}

interface Parts {
  readonly directory: DataDirectory;
  readonly settings: OpenSettings;
  readonly file: FileSink;
  readonly recent: RecentSink;
  readonly log: Log;
  readonly node: StartedNode;
  readonly router: KithRouter;
  readonly host: BrowserHost;
  readonly place: ApiPlace;
}

type PartialParts = { -readonly [Name in keyof Parts]?: Parts[Name] };

/** Starts all parts in order. When one fails, the started ones are stopped in reverse order. */
export async function runNode(options: ResolvedOptions, deps: RunDeps): Promise<RunningNode> {
  const parts: PartialParts = {};
  const services = [
    { name: 'core dumps', start: () => forbidCoreDumps(), stop: () => undefined },
    dataDirectory(options, parts),
    settings(options, deps, parts),
    log(deps, parts),
    node(deps, parts),
    ...(options.apiPort === undefined ? [] : api(options.apiPort, deps, parts)),
    ...(deps.served === undefined ? [] : [published(deps.served, parts)]),
    mining(parts),
  ];
  const stop = await runAll(services, deps.signal);
  const { file, place = null, ...started } = parts as Omit<Parts, 'place'> & { place?: ApiPlace };
  const { facade } = started.node;
  return { facade, router: started.router, place, log: started.log, flushLog: () => file.flushSync(), stop };
}

function dataDirectory({ datadir }: ResolvedOptions, parts: PartialParts): Service {
  return {
    name: 'data directory',
    start: async () => void (parts.directory = await openDataDirectory(datadir)),
    stop: () => parts.directory!.release(),
  };
}

/** Read at each start, when no other process can write them. */
function settings(resolved: ResolvedOptions, { canRestart = false }: RunDeps, parts: PartialParts): Service {
  return {
    name: 'settings',
    start() {
      const at = { ...resolved, datadir: parts.directory!.path };
      parts.settings = openNodeSettings({ resolved: at, canRestart, log: () => parts.log ?? silentLog });
    },
    stop: () => undefined,
  };
}

function log({ console }: RunDeps, parts: PartialParts): Service {
  return {
    name: 'log',
    start() {
      parts.file = createFileSink({ path: join(parts.directory!.path, 'logs', 'kith.log') });
      parts.recent = createRecentSink();
      const sinks = [
        parts.file,
        parts.recent,
        ...(console === null ? [] : [createConsoleSink(console, 'warn')]),
      ];
      parts.log = createLog({ sinks, level: () => parts.settings!.current().logLevel });
      for (const { code, message } of parts.settings!.notices()) parts.log.warn(message, { code });
    },
    stop: () => parts.file!.close(),
  };
}

function node(deps: RunDeps, parts: PartialParts): Service {
  return {
    name: 'node',
    async start(signal) {
      const { passwordAttempts, onFailure } = deps;
      const { settings } = parts as Parts;
      const {
        apiPort: _port,
        logLevel: _level,
        mining: _mining,
        options: _options,
        ...config
      } = settings.resolved;
      const own = { settings, log: parts.log!, passwordAttempts, onFailure };
      // Built beside the page (tools/countries.ts).
      const countryData = join(deps.page, '..', 'countries.bin');
      parts.node = await deps.createNode({ ...config, ...own, countryData }, signal);
      parts.router = createRouter({
        node: parts.node.facade,
        networks: deps.networks,
        ended: deps.ended,
        log: parts.log!.child('api'),
        shutdown: deps.onShutdown,
        restart: deps.canRestart ? () => onFailure(new KithError('node-restarts')) : null,
        recentLog: (limit, level) => parts.recent!.recent(limit, level),
        onLogged: (listener) => parts.recent!.onWritten(listener),
      });
    },
    stop: () => parts.node!.stop(),
  };
}

/** The page and the API, and the files by which a terminal finds them. */
function api(port: number, { page, token = createToken() }: RunDeps, parts: PartialParts): Service[] {
  return [
    {
      name: 'browser host',
      async start() {
        const log = parts.log!.child('host');
        parts.host = await startBrowserHost({ router: () => parts.router!, token, page, port, log });
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

function published({ url, token, tokenFile }: NonNullable<RunDeps['served']>, parts: PartialParts): Service {
  // A network of an earlier version may have its data in the data root, where the files are those of the session.
  const isOurs = () => dirname(tokenFile) !== parts.directory!.path;
  return {
    name: 'api files',
    start() {
      const { path } = parts.directory!;
      parts.place = isOurs() ? publishApi(path, url, token) : { api: url, tokenFile, pid: process.pid };
    },
    stop() {
      if (isOurs()) withdrawApi(parts.directory!.path);
    },
  };
}

function mining(parts: PartialParts): Service {
  return {
    name: 'mining',
    async start() {
      const { mining } = parts.settings!.resolved;
      if (mining !== null) await startMining(parts.node!.facade, mining);
    },
    // The miner stops with the node.
    stop: () => undefined,
  };
}
