/** Decides which network is open. At most one node runs, and another network can be opened in its place. */
import type { Notice } from '../../shared/contract/fields.ts';
import type { NetworksState, SharedNetwork } from '../../shared/contract/networks.ts';
import { createIdleRouter } from '../api/idle-router.ts';
import { type NetworksAccess, shareOf } from '../api/networks-access.ts';
import type { KithRouter } from '../api/router.ts';
import { keepRunning } from '../cli/keep-running.ts';
import { within } from '../cli/process-life.ts';
import { faultFrom } from '../cli/report.ts';
import { LOCAL_NETWORK } from '../core/params/built-in-networks.ts';
import { parseJoinLink } from '../core/params/join-link.ts';
import type { Network } from '../core/params/network.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import { createEmitter } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import { bootstrapLink } from '../node/create-network.ts';
import { joinedBy } from '../node/join-network.ts';
import { NODE_OPTIONS, type NodeOptions } from '../node/node-options.ts';
import { type ResolvedOptions, resolveFor } from '../node/resolve-options.ts';
import type { RunDeps, RunningNode } from '../node/run-node.ts';
import type { Candidate, Candidates } from './candidates.ts';
import type { CreateNetwork } from './creation.ts';
import { createCreations } from './creation.ts';
import { directoryOf, entryOf } from './entry.ts';
import type { KnownNetworks } from './known-networks.ts';

/** The other nodes of the demo, and the folder that it uses. */
export interface DemoHost {
  /** The data directory of the user's node; a new one for each demo. */
  begin(): Promise<string> | string;
  /** Starts the other nodes. Rejects when one does not start. `receiver`: an address of the user, null without a wallet. */
  populate(addresses: readonly string[], receiver: () => Promise<string | null>): Promise<void>;
  /** Stops the other nodes and deletes all data, because coins of the demo have no value. */
  stop(): Promise<void>;
}

export interface SessionDeps {
  /** The data root. */
  readonly root: string;
  readonly known: KnownNetworks;
  readonly candidates: Candidates;
  /** Options for every node. The choice determines network, join link and data directory. */
  readonly options: NodeOptions;
  readonly runNode: (
    options: ResolvedOptions,
    deps: Pick<RunDeps, 'networks' | 'ended' | 'signal' | 'onFailure'>,
  ) => Promise<RunningNode>;
  readonly createNetwork: CreateNetwork;
  readonly demo: DemoHost;
  readonly clock: Clock;
  readonly log: Log;
  /** A client requested the shutdown of the program. */
  readonly shutdown: () => void;
}

export interface Session {
  readonly networks: NetworksAccess;
  /** The router of the open network, or one that refuses everything except `networks.*`. */
  readonly router: () => KithRouter;
  running(): RunningNode | null;
  /**
   * Opens the network that `first` returns, else the last opened one, if there is one. Never rejects: a failure is part
   * of the state.
   */
  start(first: () => Candidate | null): Promise<void>;
  /** Stops the node. Nothing can be opened afterwards. */
  stop(): Promise<void>;
}

interface Target {
  readonly network: Network;
  readonly demo: boolean;
  /** Called when the node of this target may start. */
  readonly resolve: () => Promise<ResolvedOptions> | ResolvedOptions;
  readonly started: (running: RunningNode) => void;
}

interface Run {
  readonly target: Target;
  readonly number: number;
  readonly life: AbortController;
  /** Null while the node starts. */
  running: RunningNode | null;
  /** Resolves when the node has stopped. */
  over: Promise<void>;
}

const STOP_LIMIT_MS = 30_000;

export function createSession(deps: SessionDeps): Session {
  const { known, candidates, clock, log } = deps;
  const events = createEmitter<{ changed: undefined }>((error) => log.error('a listener failed', { error }));
  const creations = createCreations(deps.createNetwork, (network) =>
    candidates.add({ network, link: bootstrapLink(network) }),
  );
  let current: Run | null = null;
  let failure: Notice | null = null;
  let runs = 0;
  let closed = false;
  let demoOver = Promise.resolve();
  const changed = (): void => events.emit('changed', undefined);

  /** Stops the open network, then starts this one. Resolves when it runs, rejects if it does not start. */
  async function begin(target: Target): Promise<void> {
    if (closed) throw new KithError('queue-closed');
    const before = current;
    const started = Promise.withResolvers<null>();
    const run: Run = {
      target,
      number: ++runs,
      life: new AbortController(),
      running: null,
      over: Promise.resolve(),
    };
    current = run;
    failure = null;
    before?.life.abort();
    run.over = live(run, before?.over, started);
    changed();
    await started.promise;
  }

  async function live(
    run: Run,
    before: Promise<void> | undefined,
    started: PromiseWithResolvers<null>,
  ): Promise<void> {
    // There may be no caller that waits for a run which is stopped at once.
    started.promise.catch(() => undefined);
    await before;
    const problem = await runTarget(run, () => started.resolve(null)).catch((error: unknown) => error);
    run.running = null;
    // This does not wait for the demo to stop: the next network does not need it, and nodes that are starting take
    // seconds to stop.
    if (run.target.demo)
      demoOver = deps.demo.stop().catch((error: unknown) => log.warn('the demo did not stop', { error }));
    if (current === run) {
      current = null;
      failure = problem === undefined ? null : noticeOf(problem);
      changed();
    }
    started.reject(problem ?? new KithError('network-not-open'));
  }

  /**
   * Runs the node until the run ends. Resolves with the reason of a failure, or undefined if the run was ended on
   * request.
   */
  async function runTarget(run: Run, started: () => void): Promise<unknown> {
    const { target, life } = run;
    let ended = new AbortController();
    // Clients of this node stay connected; only their subscriptions end.
    const closeStreams = (): void => ended.abort(new KithError('network-not-open'));
    if (life.signal.aborted) return undefined;
    const options = await target.resolve();
    const { running, failure: problem } = await keepRunning({
      signal: life.signal,
      now: () => clock.monotonic(),
      start(signal, onFailure) {
        closeStreams();
        ended = new AbortController();
        run.running = null;
        changed();
        return deps.runNode(options, { networks, ended: ended.signal, signal, onFailure });
      },
      started(node) {
        run.running = node;
        target.started(node);
        changed();
        started();
      },
    });
    closeStreams();
    run.running = null;
    if (problem !== undefined) running?.log.error('the node stops because it failed', { error: problem });
    await within(STOP_LIMIT_MS, running?.stop() ?? Promise.resolve());
    return problem;
  }

  function targetOf(candidate: Candidate): Target {
    const { network } = candidate;
    const entry = known.find(network.idHex);
    return {
      network,
      demo: false,
      resolve() {
        const link = candidate.link === null ? null : parseJoinLink(candidate.link);
        const shared = {
          ...deps.options,
          datadir: directoryOf(deps.root, network, entry),
          apiPort: undefined,
        };
        return resolveFor(network, link && joinedBy(link), shared);
      },
      started() {
        if (network.founded) known.keepFile(network.idHex, shareOf(network, null).file!.text);
        known.opened(entryOf(candidate, entry, clock.now()));
      },
    };
  }

  function demoTarget(): Target {
    return {
      network: LOCAL_NETWORK,
      demo: true,
      async resolve() {
        await demoOver;
        const datadir = await deps.demo.begin();
        const options = { network: 'local', datadir, listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [] };
        return resolveFor(LOCAL_NETWORK, null, NODE_OPTIONS.parse(options));
      },
      started(node) {
        deps.demo
          .populate(node.facade.peers.addresses(), () => receiverOf(node))
          .catch((error: unknown) => {
            if (current?.running !== node) return;
            log.warn('the other nodes of the demo do not run', { error });
            failure = noticeOf(error);
            changed();
          });
      },
    };
  }

  function state(): NetworksState {
    const run = current;
    const idle = failure === null ? 'choosing' : 'failed';
    return {
      phase: run === null ? idle : run.running === null ? 'starting' : 'running',
      run: runs,
      open: run && { id: run.target.network.idHex, name: run.target.network.name, demo: run.target.demo },
      failure,
      fixed: false,
      networks: candidates.list(),
    };
  }

  async function share(id: string): Promise<SharedNetwork> {
    const running = current?.target.network.idHex === id ? current.running : null;
    const { network, link } = running ? { network: running.facade.network, link: null } : candidates.find(id);
    return shareOf(network, running?.facade.peers.joinLink() ?? link ?? bootstrapLink(network));
  }

  const networks: NetworksAccess = {
    state,
    onChanged: (listener) => events.on('changed', listener),
    preview: (request) => candidates.preview(request),
    create: creations.create,
    open: async (id) => begin(targetOf(candidates.find(id))),
    demo: () => begin(demoTarget()),
    share,
  };
  const idle = createIdleRouter({ networks, shutdown: deps.shutdown, log });

  return {
    networks,
    router: () => current?.running?.router ?? idle,
    running: () => current?.running ?? null,
    async start(first) {
      try {
        const earlier = first();
        const last = known.last();
        const candidate = earlier ?? (last === null ? null : candidates.find(last));
        if (candidate !== null) await begin(targetOf(candidate));
      } catch (error) {
        // If the run failed, its failure was reported already.
        failure ??= noticeOf(error);
        changed();
      }
    },
    async stop() {
      closed = true;
      current?.life.abort();
      await current?.over;
      await demoOver;
    },
  };
}

async function receiverOf({ facade }: RunningNode): Promise<string | null> {
  const [wallet] = facade.wallets.list();
  return wallet === undefined ? null : facade.wallets.address(wallet.name);
}

function noticeOf(error: unknown): Notice {
  const { code, message } = faultFrom(error);
  return { code, message };
}
