import type { Height } from '../../shared/units.ts';
import { connectBlock } from '../core/ledger/connect.ts';
import { JobList } from '../core/ledger/jobs.ts';
import type { ActiveRules, SpendContext } from '../core/ledger/spend.ts';
import type { Delta } from '../core/ledger/delta.ts';
import { supplyChangeOf } from '../core/ledger/supply-change.ts';
import { deltaOf, encodeUndo, type UndoRecord } from '../core/ledger/undo-record.ts';
import type { Network } from '../core/params/network.ts';
import type { SignatureBatch, VerifyBatch } from '../core/ports.ts';
import type { Block } from '../core/primitives/block.ts';
import type { Coin } from '../core/primitives/coin.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { isViolation, type Violation, violation } from '../core/violation.ts';
import type { Clock } from '../lib/clock.ts';
import { codeOf, KithError } from '../lib/errors.ts';
import type { ChainDb } from '../storage/chain-db.ts';
import { CorruptError } from '../storage/corrupt-error.ts';
import type { ChainState } from '../storage/state-record.ts';
import { type BlockStore, readUndo } from './block-store.ts';
import { IndexedChain } from './chain-line.ts';
import type { CoinCache } from './coin-cache.ts';
import { commitSteps, type ConnectedStep, type Step } from './committer.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';
import { encodeRules } from './active-rules.ts';
import type { SnapshotGate } from './snapshot-gate.ts';
import { StepWriter } from './step-writer.ts';

/** What the activator reads and changes. */
export interface ActivatorDeps {
  readonly network: Network;
  readonly index: HeaderIndex;
  readonly active: IndexedChain<OwnedEntry>;
  readonly bodies: BlockStore;
  readonly coins: CoinCache;
  readonly db: ChainDb;
  readonly verifyBatch: VerifyBatch;
  readonly gate: SnapshotGate;
  readonly clock: Pick<Clock, 'soon'>;
  rulesFor(parent: OwnedEntry): ActiveRules;
  /** See CoinAuditor.auditBeforeReject. */
  auditBeforeReject(missing: CoinKey, state: ChainState): Promise<void>;
  /** See ChainDeps. */
  readonly isVerified?: ((tx: Transaction, rules: ActiveRules) => boolean) | undefined;
  /** Called with each group of steps once it is in the database, in order. */
  onSteps(steps: readonly Step[]): void;
  /** A block broke a rule; it and its descendants are marked invalid. */
  onInvalid(entry: OwnedEntry, reason: Violation): void;
  /** The active chain has reached the best complete chain. */
  onIdle(): void;
}

interface InFlight {
  readonly step: Omit<ConnectedStep, 'undo'>;
  readonly verified: Promise<number>;
}

/**
 * The oldest block is awaited when more than this number are in flight, so the signatures of up to 4 blocks are checked
 * at the same time. Enough to keep the verify workers busy; little work
 * is lost when one is invalid.
 */
const MAX_BLOCKS_IN_FLIGHT = 3;

/**
 * Moves the active chain to the complete chain with the most work. While the signatures of one block are checked, the
 * inputs of the next are resolved against the changes so far. Checked blocks are written in order, several in one batch
 * when the disk is slower than the checks.
 */
export class Activator {
  readonly #deps: ActivatorDeps;
  #state: ChainState;
  /** The path from genesis to the best complete chain. */
  readonly #route = new IndexedChain<OwnedEntry>();
  /** The newest block in the pipeline, or the tip when it is empty. */
  #head: OwnedEntry;
  readonly #inFlight: InFlight[] = [];
  readonly #writer: StepWriter;
  #running: Promise<void> | null = null;
  #again = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(deps: ActivatorDeps, state: ChainState) {
    this.#deps = deps;
    this.#state = state;
    this.#writer = new StepWriter(deps.network.params, (steps) => this.#commit(steps));
    this.#head = deps.active.tip;
    this.#route.moveTo(this.#head);
  }

  get state(): ChainState {
    return this.#state;
  }

  /**
   * Starts the activation. If it is running already, it also considers the blocks that were stored since. Rejects on a
   * failure of the disk, and so does every later call.
   */
  run(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    this.#again = true;
    this.#running ??= this.#loop();
    return this.#running;
  }

  /** Disconnects blocks until the tip is at `height`; `run` connects them again. Only before the first run. */
  async rewindTo(height: Height): Promise<void> {
    while (this.#deps.active.tip.height > height) await this.#disconnectTip(this.#deps.active.tip);
  }

  /** Sets the tip to the block of a loaded snapshot. Only inside `exclusively`. */
  setSnapshotTip(state: ChainState): void {
    this.#state = state;
    this.#head = this.#deps.active.tip;
  }

  async idle(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  /**
   * Resolves when no step is being written. Code that runs synchronously after it finds the database at the state of
   * the tip.
   */
  async waitUntilIdle(): Promise<void> {
    while (this.#running) await this.idle();
  }

  /** Runs `work` while no block is connected or disconnected; calls of `run` in the meantime run afterwards. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    // `run` must not be called between the last check of the loop and the assignment, not even by `work` itself.
    while (this.#running) await this.idle();
    const result = Promise.resolve().then(work);
    this.#running = result.then(
      () => this.#loop(),
      () => this.#loop(),
    );
    this.#running.catch(() => undefined);
    return result;
  }

  async #loop(): Promise<void> {
    try {
      // `run` may have been called after the last step found nothing to do.
      while (this.#again) {
        this.#again = false;
        while (await this.#advance());
      }
      this.#running = null;
      this.#deps.onIdle();
    } catch (error) {
      this.#running = null;
      this.#failure = { error };
      this.#inFlight.length = 0;
      this.#writer.abandon();
      this.#deps.coins.reset();
      throw error;
    }
  }

  /** One step towards the best complete chain; false when it is reached. */
  async #advance(): Promise<boolean> {
    const target = this.#deps.index.bestComplete;
    if (target.work <= this.#head.work) {
      if (this.#head === this.#deps.active.tip) return false;
      await this.#drain();
      return true;
    }
    this.#route.moveTo(target);
    if (this.#route.has(this.#head)) await this.#connect(this.#route.at(this.#head.height + 1)!);
    else await this.#disconnect();
    return true;
  }

  async #connect(entry: OwnedEntry): Promise<void> {
    const { bodies, coins, network, verifyBatch, rulesFor, isVerified: known } = this.#deps;
    const block = bodies.decoded(entry.id) ?? (entry.body && (await bodies.read(entry.id, entry.body)));
    if (!block) return this.#markBodyMissing(entry);
    if (this.#deps.gate.concerns(entry) && !(await this.#passesGate(block, entry))) return;
    const jobs = new JobList(block.transactions.length + 8);
    const rules = rulesFor(entry.prev!);
    const { params, id: networkId } = network;
    const isVerified = known && ((tx: Transaction) => known(tx, rules));
    const context = { networkId, params, height: entry.height, rules, coin: coins.ahead, isVerified };
    const delta = connectBlock(block, context, jobs);
    if (isViolation(delta)) {
      await this.#drain();
      // If an earlier block of the pipeline failed, this block is checked again later, or not at all.
      if (this.#deps.active.tip !== entry.prev) return;
      if (delta.code === 'coin-missing') await this.#auditMissingCoin(block, context);
      return this.#markInvalid(entry, delta);
    }
    coins.apply(delta);
    entry.rules = encodeRules(rules);
    this.#head = entry;
    this.#inFlight.push({
      step: { kind: 'connected', entry, block, delta, supplyChange: supplyChangeOf(block, delta) },
      verified: verifySignatures(verifyBatch, jobs.batch()),
    });
    if (this.#inFlight.length > MAX_BLOCKS_IN_FLIGHT) await this.#finishOldest();
    // Messages from workers and sockets are handled between two blocks.
    else await this.#deps.clock.soon();
  }

  /** Audits the UTXO set before a block is marked invalid for a missing coin: the database may have lost the coin. */
  async #auditMissingCoin(block: Block, context: SpendContext): Promise<void> {
    let missing: CoinKey | null = null;
    const coin = (key: CoinKey) => {
      const found = context.coin(key);
      if (!found) missing = key;
      return found;
    };
    connectBlock(block, { ...context, coin }, { add: () => undefined });
    if (missing !== null) await this.#deps.auditBeforeReject(missing, this.#state);
  }

  /** Whether the block carries the right snapshot root. The pipeline must be empty during this check. */
  async #passesGate(block: Block, entry: OwnedEntry): Promise<boolean> {
    await this.#drain();
    if (this.#deps.active.tip !== entry.prev) return false;
    const wrong = await this.#deps.gate.check(block, entry);
    if (wrong) await this.#markInvalid(entry, wrong);
    return wrong === null;
  }

  async #finishOldest(): Promise<void> {
    const oldest = this.#inFlight[0]!;
    const bad = await oldest.verified;
    if (bad >= 0) {
      await Promise.all(this.#inFlight.map(({ verified }) => verified));
      this.#inFlight.length = 0;
      await this.#writer.flush();
      this.#deps.coins.reset();
      this.#head = this.#deps.active.tip;
      await this.#markInvalid(oldest.step.entry, violation('tx-signature', { job: bad }));
      return;
    }
    this.#inFlight.shift();
    const { entry, delta, supplyChange } = oldest.step;
    this.#writer.throwFailure();
    const undo = encodeUndo(delta, supplyChange);
    entry.undo = { ...(await this.#deps.bodies.undo.append(undo)), format: 2 };
    await this.#writer.add({ ...oldest.step, undo });
  }

  async #commit(steps: readonly Step[]): Promise<void> {
    const { db, index, active, bodies, coins, gate, onSteps } = this.#deps;
    for (const step of steps) if (step.kind === 'connected') step.entry.status = 'connected';
    this.#state = await commitSteps(db, this.#state, steps, index);
    for (const { entry, delta } of steps) {
      coins.settle(delta);
      bodies.dropDecoded(entry.id);
    }
    const last = steps[steps.length - 1]!;
    active.moveTo(last.kind === 'connected' ? last.entry : last.entry.prev!);
    if (last.kind === 'connected') gate.committed(last.entry);
    onSteps(steps);
  }

  async #drain(): Promise<void> {
    while (this.#inFlight.length > 0) await this.#finishOldest();
    await this.#writer.flush();
  }

  async #disconnect(): Promise<void> {
    await this.#drain();
    const { active, index } = this.#deps;
    const entry = active.tip;
    // Draining may have shown the better chain to be invalid.
    this.#route.moveTo(index.bestComplete);
    if (this.#route.has(entry) || index.bestComplete.work <= entry.work) return;
    await this.#disconnectTip(entry);
  }

  async #disconnectTip(entry: OwnedEntry): Promise<void> {
    const { bodies, coins, active, db, index } = this.#deps;
    if (entry.height === db.base()?.height) await this.#leaveSnapshot(entry);
    // The undo record suffices to disconnect. A lost body that no peer serves must not keep the node on this branch.
    const block = entry.body && (await bodies.read(entry.id, entry.body));
    const undo = await readUndo(bodies, entry);
    const back = undo && this.#inverseOf(undo, block);
    if (!undo || !back) throw new CorruptError(`the undo record of block ${entry.height}`);
    coins.apply(back);
    // Without its body the block cannot be connected again, so the body is requested like any missing one.
    if (!block) index.markMissing(entry);
    await this.#commit([{ kind: 'disconnected', entry, block, delta: back, supplyChange: undo }]);
    this.#head = active.tip;
  }

  /** Null when the record and the body contradict each other, or a coin that the block created is not in the set. */
  #inverseOf(undo: UndoRecord, block: Block | null): Delta | null {
    if (block) {
      const delta = deltaOf(block, undo);
      return delta && { created: delta.spent, spent: delta.created };
    }
    const removed = new Map<CoinKey, Coin>();
    for (const key of undo.created) {
      const coin = this.#deps.coins.committed(key);
      if (!coin) return null;
      removed.set(key, coin);
    }
    return { created: undo.spent, spent: removed };
  }

  /**
   * A chain with more work forks below the snapshot that this chain began with. Blocks below the snapshot have no undo
   * records, so the node syncs again from the start.
   */
  async #leaveSnapshot(base: OwnedEntry): Promise<never> {
    await this.#deps.db.giveUp();
    throw new KithError(
      'reorg-below-snapshot',
      'a heavier chain does not contain the snapshot that this one began with',
      {
        data: { height: base.height },
      },
    );
  }

  async #markInvalid(entry: OwnedEntry, reason: Violation): Promise<void> {
    const { db, index, onInvalid } = this.#deps;
    const marked = index.markInvalid(entry);
    await db.putHeaders(marked.map((each) => index.recordOf(each)));
    onInvalid(entry, reason);
  }

  /** A stored body cannot be read any more, so it is requested from peers again. */
  async #markBodyMissing(entry: OwnedEntry): Promise<void> {
    await this.#drain();
    this.#deps.index.markMissing(entry);
    await this.#deps.db.putHeaders([this.#deps.index.recordOf(entry)]);
  }
}

/** Checks a batch again when its worker crashed: a crash is no evidence about the signatures. */
async function verifySignatures(verifyBatch: VerifyBatch, batch: SignatureBatch): Promise<number> {
  for (let tries = 3; ; tries--) {
    try {
      return await verifyBatch(batch);
    } catch (error) {
      if (codeOf(error) !== 'worker-failed' || tries === 0) throw error;
    }
  }
}
