import { join } from 'node:path';
import { createDeployments, type Deployments } from '../core/consensus/deployments.ts';
import type { ActiveRules } from '../core/ledger/spend.ts';
import { createEmitter, type Emitter } from '../lib/events.ts';
import { reportCorruption } from '../storage/report-corruption.ts';
import type { ChainState } from '../storage/state-record.ts';
import { Activator, type ActivatorDeps } from './activate-best-chain.ts';
import { activeRules } from './active-rules.ts';
import { type BodyLimit, createBodyLimit } from './body-limit.ts';
import type { Chain, ChainBodies, ChainDeps, ChainEvents, ChainIntake, ChainLife } from './chain.ts';
import { createChainBodies } from './chain-bodies.ts';
import { createChainCoins, createChainSnapshots } from './chain-coins.ts';
import { type ChainFailure, createChainFailure } from './chain-failure.ts';
import { createChainHeaders, createChainRules } from './chain-headers.ts';
import { createChainIntake } from './chain-intake.ts';
import { type ChainNotifier, createChainNotifier } from './chain-notifier.ts';
import { CoinCache } from './coin-cache.ts';
import { type CoinAuditor, createCoinAuditor } from './coin-audit.ts';
import type { Step } from './committer.ts';
import { createFlusher } from './flusher.ts';
import { createRecoveredBodies } from './recovered-bodies.ts';
import { ancestorAt, type OwnedEntry } from './header-entry.ts';
import { firstOutdated, recheckFrom } from './late-upgrade.ts';
import { createMissingBodies } from './missing-bodies.ts';
import { type OpenedChain, openChainState } from './open-chain.ts';
import { createPruner } from './pruner.ts';
import { createSnapshotGate, type SnapshotGate } from './snapshot-gate.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';

const CACHED_COINS = 131_072;

/**
 * Opens the chain in its directory and starts to connect the blocks that are stored.
 * @throws {KithError} as openChainState does.
 */
export async function createChain(deps: ChainDeps): Promise<Chain> {
  const { network } = deps;
  const opened = await openChainState(deps);
  const core = createCore(deps, opened);
  const postCommit = createPostCommit(deps, core);
  const activation = createActivation(deps, core, postCommit, opened.state);
  const { db, index, active, coins, deployments, rulesFor } = core;
  const { activator, snapshots, gate } = activation;
  const activate = (): void => void activator.run().catch(core.failure.report);
  const { access, stopRetries } = createBlockAccess(deps, core, opened, activate);
  const life = createLifecycle(deps, core, activation, opened, {
    sync: postCommit.sync,
    async stop() {
      stopRetries();
      await postCommit.stop();
    },
  });
  const chain: Chain = {
    ...createChainHeaders({ index, active }),
    ...createChainRules({ network, active, deployments }),
    ...access,
    ...createChainCoins({ db, coins, active, activator }),
    ...createChainSnapshots({ network, db, index, active, activator, snapshots, gate }),
    ...life,
    limitBodies: postCommit.limitBodies,
    bodyBytes: () => core.bodies.blocks.bytes() + core.bodies.undo.bytes(),
  };
  const from = (db.base()?.height ?? 0) + 1;
  const first = firstOutdated({ active, period: network.params.bitsPeriod, rulesFor, from });
  if (first !== null && !(await recheckFrom(first, { ...deps, activator, close: life.close })))
    return createChain(deps);
  gate.resume();
  activate();
  return chain;
}

/** What the other parts share: the files, the header index, the active chain, and the reports of failures. */
interface ChainCore extends Pick<OpenedChain, 'db' | 'bodies' | 'index' | 'active'> {
  readonly coins: CoinCache;
  readonly events: Emitter<ChainEvents>;
  readonly notifier: ChainNotifier;
  readonly failure: ChainFailure;
  readonly limit: BodyLimit;
  readonly deployments: Deployments<OwnedEntry>;
  rulesFor(parent: OwnedEntry): ActiveRules;
}

function createCore(deps: ChainDeps, { db: database, bodies, index, active }: OpenedChain): ChainCore {
  const { network, log } = deps;
  const events = createEmitter<ChainEvents>((error, event) =>
    log.error('a listener of chain events failed', { event, error }),
  );
  const notifier = createChainNotifier({ events, active, log });
  const { directory } = deps;
  const failure = createChainFailure({ directory, events, log, onStopped: notifier.ended });
  const db = reportCorruption(database, failure.report);
  const deployments = createDeployments<OwnedEntry>(network.deployments, network.params, (entry, height) =>
    active.has(entry) ? active.at(height)! : ancestorAt(entry, height),
  );
  return {
    db,
    bodies,
    index,
    active,
    coins: new CoinCache(db, deps.cachedCoins ?? CACHED_COINS, deps.random),
    events,
    notifier,
    failure,
    limit: createBodyLimit(deps.pruneBytes),
    deployments,
    rulesFor: (parent) => activeRules(deployments, parent),
  };
}

/** The work after each commit: events, syncing to the disk, pruning. */
interface PostCommit {
  onSteps(steps: readonly Step[]): void;
  /** See Chain.sync. */
  sync(): Promise<void>;
  /** See Chain.limitBodies. */
  limitBodies(bytes: number | undefined): void;
  /** No timer runs and no file is deleted any more. */
  stop(): Promise<void>;
}

function createPostCommit(
  deps: ChainDeps,
  { db, bodies, index, active, notifier, failure, limit }: ChainCore,
): PostCommit {
  const { clock, log, neededFrom, hasRoom } = deps;
  const { params } = deps.network;
  const sync = async (): Promise<void> => {
    // The undo records are listed before the sync of the segment files. The database may drop a record only when its copy
    // in undo/ is on the disk.
    const unsynced = db.unsynced();
    await bodies.sync();
    await db.sync(unsynced);
  };
  const flusher = createFlusher({ clock, sync, onError: failure.report });
  const tip = () => active.tip;
  const { maxBytes } = limit;
  const pruner = createPruner({ db, bodies, index, params, maxBytes, neededFrom, hasRoom, log, tip });
  const prune = (): void => void pruner.consider().catch(failure.report);
  return {
    sync,
    async stop() {
      flusher.stop();
      await pruner.stop();
    },
    onSteps(steps) {
      notifier.steps(steps);
      flusher.onCommit(active.tip === index.best.tip);
      prune();
    },
    limitBodies(bytes) {
      limit.set(bytes);
      prune();
    },
  };
}

/** The activator, and the checks that it uses to accept or refuse a block. */
interface Activation {
  readonly activator: Activator;
  readonly snapshots: Snapshots;
  readonly gate: SnapshotGate;
  readonly auditor: CoinAuditor;
}

function createActivation(
  deps: ChainDeps,
  core: ChainCore,
  postCommit: PostCommit,
  state: ChainState,
): Activation {
  const { network, clock, log } = deps;
  const { db, bodies, index, active, coins, notifier, failure, rulesFor } = core;
  const snapshots = createSnapshots({
    networkId: network.id,
    params: network.params,
    directory: join(deps.directory, 'snapshots'),
    hasBlocks: active.tip.height > 0,
    db,
    bodies,
    log: log.child('snapshot'),
  });
  const gate = createSnapshotGate({
    params: network.params,
    snapshots,
    checkBuried: deps.checkBuriedSnapshots,
    bestHeader: () => index.best.tip,
    isOnBest: (entry) => index.best.has(entry),
    tip: () => active.tip,
    totals: () => activator.state,
    still: () => activator.waitUntilIdle(),
  });
  const auditor = createCoinAuditor({ db, clock, onCorruption: failure.report });
  auditor.begin(state);
  const parts: ActivatorDeps = {
    network,
    index,
    active,
    bodies,
    coins,
    db,
    clock,
    verifyBatch: deps.verifyBatch,
    isVerified: deps.isVerified,
    gate,
    rulesFor,
    auditBeforeReject: (missing, at) => auditor.auditBeforeReject(missing, at),
    onSteps: postCommit.onSteps,
    onInvalid: notifier.refused,
    onIdle: notifier.idle,
  };
  const activator = new Activator(parts, state);
  return { activator, snapshots, gate, auditor };
}

/** Accepts headers and blocks, and reads the stored ones. `stopRetries`: see DeferredBlocks.stop. */
function createBlockAccess(
  deps: ChainDeps,
  core: ChainCore,
  { found }: Pick<OpenedChain, 'found'>,
  activate: () => void,
): { access: ChainIntake & ChainBodies; stopRetries: () => void } {
  const { network, powHash, powHashMany, clock, log } = deps;
  const { db, bodies, index, active, events, notifier, failure, limit } = core;
  const { keepsAll } = limit;
  const needs = createMissingBodies({ index, active, keepsAll, base: db.base()?.height ?? 0 });
  const { intake, stop } = createChainIntake({
    network,
    powHash,
    powHashMany,
    clock,
    db,
    bodies,
    index,
    active,
    events,
    notifier,
    failure,
    needs,
    found: createRecoveredBodies({ index, bodies, params: network.params, found }),
    activate,
  });
  const stored = { network, powHash, db, bodies, index, active, needs, keepsAll, failure, log };
  return { access: { ...intake, ...createChainBodies(stored) }, stopRetries: stop };
}

function createLifecycle(
  { network, log }: ChainDeps,
  { db, bodies, events, failure }: ChainCore,
  { activator, snapshots, auditor }: Activation,
  { rebuiltBecause }: Pick<OpenedChain, 'rebuiltBecause'>,
  { sync, stop }: Pick<PostCommit, 'sync' | 'stop'>,
): ChainLife {
  return {
    network,
    events,
    rebuiltBecause: () => rebuiltBecause,
    async idle() {
      await activator.idle();
      failure.throwIfStopped();
    },
    sync,
    async close() {
      // Nothing is pruned any more: the wallets are closed, and the folders may be opened again right after this.
      await stop();
      await auditor.stop();
      await activator.idle();
      await snapshots.close();
      await sync().catch((error: unknown) => log.error('syncing at the end failed', { error }));
      await bodies.close();
      await db.close();
    },
  };
}
