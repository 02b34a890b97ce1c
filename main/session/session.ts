/** Decides which network is open. At most one node runs, and another network can be opened in its place. */
import type { NetworksState, SharedNetwork } from '../../shared/contract/networks.ts';
import { createIdleRouter } from '../api/idle-router.ts';
import { type NetworksAccess, shareOf } from '../api/networks-access.ts';
import type { KithRouter } from '../api/router.ts';
import type { Clock } from '../lib/clock.ts';
import { createEmitter } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import { directoryName } from '../node/default-directory.ts';
import { bootstrapLink } from '../node/create-network.ts';
import type { ResolvedOptions } from '../node/resolve-options.ts';
import type { RunDeps, RunningNode } from '../node/run-node.ts';
import type { Candidate, Candidates } from './candidates.ts';
import { type CreateNetwork, createCreations } from './creation.ts';
import { entryOf } from './entry.ts';
import { createRuns, type Runs, type Target } from './runs.ts';
import { type DemoHost, demoTarget, keepFile, networkTarget, type NetworkTargetDeps } from './targets.ts';

export interface SessionDeps extends NetworkTargetDeps {
  readonly candidates: Candidates;
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

export function createSession(deps: SessionDeps): Session {
  const { known, candidates, clock, log } = deps;
  const events = createEmitter<{ changed: undefined }>((error) =>
    log.error('a listener of session events failed', { error }),
  );
  const creations = createCreations(deps.createNetwork, (network) => {
    const candidate = { network, link: bootstrapLink(network) };
    candidates.add(candidate);
    // Recorded before it is opened, so that a mined network that does not open is not lost.
    keepFile(known, candidate);
    const now = clock.now();
    known.add(entryOf(candidate, directoryName(network), now, now));
  });
  const runs = createRuns({
    runNode: (options, run) => deps.runNode(options, { ...run, networks }),
    changed: () => events.emit('changed', undefined),
    clock,
  });
  const newDemo = createDemos(deps, runs);
  const open = (candidate: Candidate): Promise<void> => runs.begin(networkTarget(candidate, deps));
  const networks: NetworksAccess = {
    state: () => stateOf(runs, candidates),
    onChanged: (listener) => events.on('changed', listener),
    preview: (request) => candidates.preview(request),
    create: creations.create,
    open: async (id, previewed = false) => open(previewed ? candidates.seen(id) : candidates.find(id)),
    demo: () => runs.begin(newDemo.target()),
    share: async (id) => share(id, runs, candidates),
  };
  const idle = createIdleRouter({ networks, shutdown: deps.shutdown, log });
  return {
    networks,
    router: () => runs.current()?.running?.router ?? idle,
    running: () => runs.current()?.running ?? null,
    async start(first) {
      try {
        const earlier = first();
        const last = known.last();
        const candidate = earlier ?? (last === null ? null : candidates.find(last));
        if (candidate !== null) await open(candidate);
      } catch (error) {
        // If the run failed, its failure was reported already.
        if (runs.failure() === null) runs.reportFailure(error);
      }
    },
    async stop() {
      await runs.stop();
      await newDemo.over();
    },
  };
}

function stateOf(runs: Runs, candidates: Candidates): NetworksState {
  const run = runs.current();
  const failure = runs.failure();
  const idle = failure === null ? 'choosing' : 'failed';
  return {
    phase: run === null ? idle : run.running === null ? 'starting' : 'running',
    run: runs.count(),
    open: run && { id: run.target.network.idHex, name: run.target.network.name, demo: run.target.demo },
    failure,
    fixed: false,
    networks: candidates.list(),
  };
}

function share(id: string, runs: Runs, candidates: Candidates): SharedNetwork {
  const run = runs.current();
  const running = run?.target.network.idHex === id ? run.running : null;
  if (running) return shareOf(running.facade.network, running.facade.peers.joinLink());
  const { network, link } = candidates.find(id);
  return shareOf(network, link ?? bootstrapLink(network));
}

interface Demos {
  target(): Target;
  /** Resolves once no node of a demo is left. */
  over(): Promise<void>;
}

function createDemos({ demo, log }: Pick<SessionDeps, 'demo' | 'log'>, runs: Runs): Demos {
  let over = Promise.resolve();
  return {
    over: () => over,
    target: () =>
      demoTarget({
        demo,
        // Asked when its node may start: only then the demo before it, if it was open, has begun to stop.
        before: () => over,
        stopped() {
          // This does not wait for the demo to stop: the next network does not need it, and nodes that are starting
          // take seconds to stop.
          over = demo
            .stop()
            .catch((error: unknown) =>
              log.warn('stopping the demo network failed; its processes may still be running', { error }),
            );
        },
        failed(running, error) {
          if (runs.current()?.running !== running) return;
          log.warn('the other nodes of the demo network could not start or have stopped', { error });
          runs.reportFailure(error);
        },
      }),
  };
}
