import { join } from 'node:path';
import { createDeployments } from '../core/consensus/deployments.ts';
import { toHex } from '../core/codec/hex.ts';
import { medianTimePast } from '../core/consensus/header-rules.ts';
import type { ActiveRules } from '../core/ledger/spend.ts';
import type { Block } from '../core/primitives/block.ts';
import { decodeHeader, type Header } from '../core/primitives/header.ts';
import { HEADER_BYTES } from '../core/primitives/limits.ts';
import { coinKey } from '../core/primitives/coin-key.ts';
import { isViolation } from '../core/violation.ts';
import { createEmitter } from '../lib/events.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import { reportCorruption } from '../storage/report-corruption.ts';
import { Activator } from './activate-best-chain.ts';
import { confirmHistory, keepBody, startFromSnapshot } from './start-from-snapshot.ts';
import { receiveBlock } from './block-receiver.ts';
import { createBodyNeeds } from './missing-bodies.ts';
import type { Chain, ChainDeps, ChainEvents } from './chain.ts';
import { checkStored } from './check-stored.ts';
import { createCoinAuditor } from './coin-audit.ts';
import { CoinCache } from './coin-cache.ts';
import { countCoins, hashCoins, visitCoins } from './coin-set.ts';
import type { Step } from './committer.ts';
import { DeferredBlocks } from './deferred-blocks.ts';
import { createFlusher } from './flusher.ts';
import { createFoundBodies } from './found-bodies.ts';
import { findTransaction } from './find-transaction.ts';
import { acceptHeaders, bitsAfter } from './header-acceptor.ts';
import { ancestorAt, type OwnedEntry } from './header-entry.ts';
import { recheckFrom } from './late-upgrade.ts';
import { headersAfter, locatorFrom } from './locator.ts';
import { createChainNotifier } from './chain-notifier.ts';
import { openChainState } from './open-chain.ts';
import { createSnapshots } from './snapshots.ts';
import { createPruner } from './pruner.ts';
import { writeRebuildMark } from './rebuild-mark.ts';
import { activeRules, firstOutdated } from './active-rules.ts';
import { createSnapshotGate } from './snapshot-gate.ts';
import { createUpgrades } from './upgrades.ts';

const CACHED_COINS = 131_072;

/**
 * Opens the chain in its directory and brings it to the best chain that is stored.
 * @throws {KithError} as openChainState does.
 */
export async function createChain(deps: ChainDeps): Promise<Chain> {
  const { network, clock, log } = deps;
  const opened = await openChainState(deps);
  const { bodies, index, active } = opened;
  const db = reportCorruption(opened.db, (damage) => fail(damage));
  const cache = new CoinCache(db, deps.cachedCoins ?? CACHED_COINS, deps.random);
  const events = createEmitter<ChainEvents>((error, event) =>
    log.error('a listener failed', { event, error }),
  );
  const found = createFoundBodies({ index, bodies, params: network.params, found: opened.found });
  const deferred = new DeferredBlocks();
  const now = () => clock.now();
  const notifier = createChainNotifier({ events, active, log });
  const onSteps = (steps: readonly Step[]) => {
    notifier.steps(steps);
    flusher.touched(active.tip === index.best.tip);
    pruner?.consider().catch((error: unknown) => fail(error));
  };
  const flusher = createFlusher({
    clock,
    sync: () => chain.sync(),
    onError: (error) => fail(error),
  });
  const onHeaders = async (added: readonly OwnedEntry[]) => {
    if (added.length === 0) return;
    const written = db.putHeaders(added.map((entry) => index.recordOf(entry)));
    // The event of a single header does not wait for the disk: records that depend on it are written later.
    if (added.length > 1) await written;
    else written.catch((error: unknown) => fail(error));
    events.emit('headers', added.at(-1)!);
  };
  const deployments = createDeployments<OwnedEntry>(network.deployments, network.params, (entry, height) =>
    active.has(entry) ? active.at(height)! : ancestorAt(entry, height),
  );
  const rulesFor = (parent: OwnedEntry): ActiveRules => activeRules(deployments, parent);
  const snapshots = createSnapshots({
    networkId: network.id,
    params: network.params,
    directory: join(deps.directory, 'snapshots'),
    begun: active.tip.height > 0,
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
    still: () => activator.still(),
  });
  const pruner =
    deps.pruneBytes === undefined
      ? null
      : createPruner({
          db,
          bodies,
          index,
          params: network.params,
          maxBytes: deps.pruneBytes,
          log,
          tip: () => active.tip,
        });
  const auditor = createCoinAuditor({ db, clock, onCorruption: (damage) => fail(damage) });
  auditor.begin(opened.state);
  const activator = new Activator(
    {
      network,
      index,
      active,
      bodies,
      coins: cache,
      db,
      clock,
      verifyBatch: deps.verifyBatch,
      isVerified: deps.isVerified,
      gate,
      rulesFor,
      vouch: (missing, state) => auditor.vouch(missing, state),
      onSteps,
      onInvalid: notifier.refused,
      onIdle: notifier.idle,
    },
    opened.state,
  );
  const onEarly = (header: Header, bytes: Uint8Array) => deferred.add(header, bytes);
  const onChecked = (entry: OwnedEntry, block: Block) => {
    if (entry.prev === active.tip) events.emit('next', { entry, block });
  };
  const receiver = {
    ...deps,
    index,
    active,
    bodies,
    db,
    now,
    onHeaders,
    onInvalid: notifier.refused,
    onChecked,
    onStored: (entry: OwnedEntry) => events.emit('stored', entry),
    onEarly,
  };

  let failure: { readonly error: unknown } | null = null;
  /** The disk failed or returned corrupt data: reported once, because nothing works afterwards. */
  const fail = (error: unknown): void => {
    notifier.ended();
    if (failure) return;
    failure = { error };
    if (error instanceof CorruptError) writeRebuildMark(deps.directory, error.message);
    log.error('the chain stopped', { error });
    events.emit('failed', error);
  };
  const activate = (): void => void activator.run().catch(fail);
  /** Runs work that uses the disk; a failure stops the chain. */
  const onDisk = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      fail(error);
      throw error;
    }
  };

  const keepsAll = deps.pruneBytes === undefined;
  const needs = createBodyNeeds({ index, active, keepsAll, base: db.base()?.height ?? 0 });
  const loseBody = async (entry: OwnedEntry): Promise<void> => {
    log.warn('a body is lost and will be fetched again', { id: entry.id, height: entry.height });
    needs.lost(entry);
    await db.putHeaders([index.recordOf(entry)]);
  };

  const start = { network, db, index, active, activator };

  const chain: Chain = {
    network,
    events,
    tip: () => active.tip,
    bestHeader: () => index.best.tip,
    entry: (id) => index.get(id),
    atHeight: (height) => active.at(height),
    isActive: (entry) => active.has(entry as OwnedEntry),
    headerBytes: (entry) => index.headerBytes(entry),
    locator: (from) => locatorFrom((from as OwnedEntry | undefined) ?? index.best.tip, index.best, index),
    headersAfter: (locator, max) =>
      headersAfter(locator, max, index.best.has(active.tip) ? index.best : active, index),
    acceptHeaders: (headers) =>
      onDisk(async () => {
        const { added, last, violation, early } = await acceptHeaders(receiver, headers);
        const adopted = await found.adopt(added);
        await onHeaders(added);
        if (adopted.length > 0) activate();
        if (early) deferred.add(early, early.bytes);
        return { accepted: added.length, last, violation, earlyTime: early?.time ?? null };
      }),
    submitBlock: (block) =>
      onDisk(async () => {
        const received = await receiveBlock(receiver, block);
        if (isViolation(received)) return received;
        const { entry, fresh } = received;
        if (!fresh) return { id: entry.id, status: 'duplicate' };
        needs.arrived(entry);
        // A body below the tip changes nothing else, so it need not wait for blocks that are being connected.
        if (!entry.complete || active.has(entry)) return { id: entry.id, status: 'stored' };
        const outcome = notifier.outcome(entry);
        activate();
        const result = await outcome;
        if (isViolation(result)) return result;
        if (result === 'stored') await db.putHeaders([index.recordOf(entry)]);
        return { id: entry.id, status: result };
      }),
    missingBlocks: needs.missing,
    gaps: needs.gaps,
    gapRange: needs.gapRange,
    expectGaps: needs.expectGaps,
    hasBody: (id) => index.get(id)?.body != null || id === network.idHex,
    async readBlock(id) {
      if (id === network.idHex) return network.genesis.bytes;
      const entry = index.get(id);
      if (!entry?.body) return null;
      const bytes = await bodies.readBytes(id, entry.body);
      if (!bytes) await loseBody(entry);
      return bytes;
    },
    awaitsBody(id) {
      const entry = index.get(id);
      return entry !== undefined && needs.awaits(entry);
    },
    async scanCoins(visit) {
      await activator.still();
      const at = active.tip;
      await visitCoins(db, visit);
      return at;
    },
    keepBody: (bytes) => onDisk(() => keepBody({ ...start, bodies, keepsAll }, bytes)),
    servesFrom: () => needs.wholeFrom(),
    getCoin: (outpoint) => cache.committed(coinKey(outpoint)),
    loadSnapshot: (folder, committing) => startFromSnapshot(start, folder, committing),
    base: () => {
      const base = db.base();
      return base ? (index.get(toHex(base.id)) ?? null) : null;
    },
    historyChecked: () => db.base() === null,
    confirmHistory: (past) => confirmHistory(start, past),
    async snapshotRootOf(height) {
      const entry = active.at(height);
      return entry ? snapshots.rootOf(entry) : null;
    },
    findTransaction: (txid) => findTransaction({ db, bodies, active }, txid),
    medianTime: () => medianTimePast(active.tip),
    nextBits: () => bitsAfter(active.tip, network),
    nextVersion: () => deployments.versionAfter(active.tip),
    nextSnapshotRoot: () => gate.nextRoot(),
    nextRules: () => rulesFor(active.tip),
    upgrades: createUpgrades(deployments, network.params, () => active.tip),
    totals() {
      const { coins, total, issued, burned } = activator.state;
      return { coins, total, issued, burned };
    },
    async auditCoins() {
      await activator.idle();
      return countCoins(db, activator.state);
    },
    checkStored: (height) => checkStored({ ...deps, index, active, bodies }, height),
    rebuiltBecause: () => opened.rebuiltBecause,
    setHash: () => hashCoins(db),
    async retryEarly() {
      for (const bytes of deferred.take(now() + network.params.futureLimit)) {
        const header = bytes.length === HEADER_BYTES ? decodeHeader(bytes) : null;
        if (header && !isViolation(header)) await chain.acceptHeaders([header]);
        else await chain.submitBlock(bytes);
      }
    },
    async idle() {
      await activator.idle();
      if (failure) throw failure.error;
    },
    async sync() {
      // Only the undo records of blocks that were connected before the segment files were synced may be released.
      const unsynced = db.unsynced();
      await bodies.sync();
      await db.sync(unsynced);
    },
    async close() {
      flusher.stop();
      await auditor.stop();
      await activator.idle();
      await snapshots.close();
      await chain.sync().catch((error: unknown) => log.error('syncing at the end failed', { error }));
      await bodies.close();
      await db.close();
    },
  };

  const first = firstOutdated(active, network.params.bitsPeriod, rulesFor, (chain.base()?.height ?? 0) + 1);
  if (first !== null && !(await recheckFrom(first, { ...deps, activator, close: chain.close })))
    return createChain(deps);
  gate.resume();
  activate();
  return chain;
}
