import type { Feerates, MinedOdds } from '../../shared/contract/mempool.ts';
import type { Height } from '../../shared/units.ts';
import { toBinary } from '../core/codec/binary.ts';
import type { Hash } from '../core/crypto/hash.ts';
import type { ActiveRules } from '../core/ledger/spend.ts';
import { EXPIRY_MARGIN } from '../core/policy/policy-limits.ts';
import type { VerifyBatch } from '../core/ports.ts';
import type { Coin } from '../core/primitives/coin.ts';
import { coinKey } from '../core/primitives/coin-key.ts';
import type { Outpoint } from '../core/primitives/outpoint.ts';
import { decodeTransaction, type Transaction } from '../core/primitives/transaction.ts';
import { isViolation, type Violation } from '../core/violation.ts';
import { type Clock, waitAtMost } from '../lib/clock.ts';
import { createEmitter, type Events } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import type { Service } from '../lib/service.ts';
import { createAdmission } from './admission.ts';
import { type BlockRates, createBlockRates } from './block-rates.ts';
import { followChain, type Follower } from './chain-follower.ts';
import type { ChainView } from './chain-view.ts';
import {
  type TemplateTransactions,
  type TemplateLimits,
  createTemplateTransactions,
} from './template-transactions.ts';
import { detached, hexOf, idOf, type MempoolEntry } from './entry.ts';
import { leastExpiry } from './evaluate.ts';
import { estimateFeerates } from './feerates.ts';
import { firstOf } from './heap.ts';
import { conflictsOf, unspentOutput } from './inputs.ts';
import { createOrphanRetry, type Rejection } from './orphan-retry.ts';
import { createOrphans } from './orphans.ts';
import { createProjection, type Projection } from './projection.ts';
import { createPersistence } from './persistence.ts';
import type { SavedPool } from './mempool-file.ts';
import { bytesAhead, minedOdds } from './mined-odds.ts';
import { createPool, type Pool, type PoolEvents } from './pool.ts';
import { createReorgReadd } from './reorg-readd.ts';
import { createSignatureQueue } from './signature-queue.ts';

export interface MempoolDeps {
  readonly chain: ChainView;
  readonly verifyBatch: VerifyBatch;
  readonly clock: Clock;
  readonly log: Log;
  /** Folder of the mempool file; without it the pool is not saved. */
  readonly file?: string | undefined;
  /** Memory limit in bytes; see MAX_POOL_USAGE. */
  readonly maxUsage?: number | undefined;
}

export interface MempoolEvents extends PoolEvents {
  rejected: Rejection;
}

export interface MempoolSummary {
  readonly count: number;
  readonly bytes: number;
  /** The current minimum fee rate, in whole motes per byte. */
  readonly floor: number;
}

/** Synchronous queries of the mempool. */
export interface MempoolLookups {
  get(txid: string): MempoolEntry | undefined;
  getByWid(wid: string): MempoolEntry | undefined;
  has(txid: string): boolean;
  /** In order of arrival. */
  entries(): IterableIterator<MempoolEntry>;
  /** The entry of the pool that spends this coin. */
  spender(outpoint: Outpoint): MempoolEntry | undefined;
  /** The conflicts of a transaction in the pool, except the transaction itself. */
  conflictsOf(tx: Transaction): MempoolEntry[];
  /** An output of a transaction in the pool that no transaction in the pool spends, as a coin of the next block. */
  coin(outpoint: Outpoint): Coin | undefined;
  /** The last height at which the transaction and its unconfirmed ancestors can be mined; 0 = no limit. */
  effectiveExpiry(txid: string): Height;
  summary(): MempoolSummary;
  /** Up to `limit` entries in order of txid, from the first one after `after`. */
  list(limit: number, after?: string): MempoolEntry[];
  /** The `limit` entries that arrived last, newest first. */
  newest(limit: number): MempoolEntry[];
  feerates(): Feerates;
  /** The odds that a transaction of this fee rate, in motes per byte, is mined soon. */
  odds(feerate: number): MinedOdds;
  /** Whether the signatures of this wid were checked under rules that give the same result as `rules`. */
  isVerified(wid: Hash, rules: ActiveRules): boolean;
}

/** The unconfirmed transactions (protocol.md §18). */
export interface Mempool extends MempoolLookups, Service {
  /** Starts to follow the chain and reads the mempool file. A large file is still being read when this resolves. */
  start(signal: AbortSignal): Promise<void>;
  /** Saves the mempool file. */
  stop(): Promise<void>;
  /**
   * Checks a transaction and adds it. `source` is the peer that sent it; without it the transaction is from this node.
   * A violation is the reason for a refusal. `policy-orphan`: the transaction is kept until its parents arrive. Rejects
   * if the verifier fails.
   */
  submit(
    transaction: Uint8Array | Transaction,
    options?: { readonly source?: string | undefined },
  ): Promise<{ readonly txid: string } | Violation>;
  /**
   * The best-paying transactions for the next block. About 15 ms for 50 000 entries; cached until the pool or the
   * limits change.
   */
  templateTransactions(limits: TemplateLimits): TemplateTransactions;
  /** The next blocks as they would be mined now. About 50 ms for 50 000 entries; kept for two seconds. */
  projection(): Projection;
  /** The missing parents of an orphan. */
  missingParents(wid: string): string[];
  /** Removes the orphans of a peer that disconnected. */
  dropSource(source: string): void;
  readonly events: Events<MempoolEvents>;
  /** Resolves when every submitted or re-added transaction was added or refused. */
  idle(): Promise<void>;
  /** Saves the mempool file now. */
  save(): Promise<void>;
}

// Bitcoin Core halves its minimum fee rate in twelve hours, which are 72 of its blocks.
const FLOOR_HALF_LIFE_BLOCKS = 72;
// `start` waits at most this long, in milliseconds, for the mempool file. A large file is read while the node already
// works.
const LOAD_BEFORE_READY_MS = 1000;

/** Wires the parts of the mempool, which follows the chain after `start`. */
export function createMempool(deps: MempoolDeps): Mempool {
  const { chain, clock, log } = deps;
  const events = createEmitter<MempoolEvents>((error, event) =>
    log.error('a listener of the mempool failed', { event, error }),
  );
  const { params, id: networkId } = chain.network;
  const floorHalfLife = FLOOR_HALF_LIFE_BLOCKS * params.spacing * 1000;
  const pool = createPool({ clock, events, maxUsage: deps.maxUsage, floorHalfLife });
  const { graph } = pool;
  const orphans = createOrphans();
  const admission = createAdmission({
    chain,
    pool,
    orphans,
    clock,
    signatures: createSignatureQueue(deps.verifyBatch),
    expiryMargin: EXPIRY_MARGIN,
    arrived: (tx) => orphanRetry.arrived(tx.txidBinary),
  });
  const rejected = (rejection: Rejection): void => events.emit('rejected', rejection);
  const orphanRetry = createOrphanRetry({ orphans, admission, rejected, clock, log });
  const returning = createReorgReadd({ pool, admission, events, clock, log });
  const templateTransactions = createTemplateTransactions(pool);
  const rates = createBlockRates({ chain, pool, clock });
  const projection = createProjection(pool, () => clock.monotonic());
  // Sorted by number of ancestors: parents have fewer than their children.
  const snapshot = (): SavedPool => ({
    transactions: [...graph.entries()].sort((a, b) => a.ancestors.count - b.ancestors.count),
    blocks: rates.recent(),
  });
  const persistence =
    deps.file === undefined
      ? null
      : createPersistence({ file: deps.file, networkId, snapshot, rates, admission, clock, log });

  const running = new AbortController();
  let follower: Follower | null = null;
  let loading = Promise.resolve();

  return {
    name: 'mempool',
    async start(signal) {
      follower = followChain({ chain, pool, orphans, returning, rates, arrived: orphanRetry.arrived, clock });
      if (!persistence) return;
      loading = persistence
        .load(AbortSignal.any([signal, running.signal]))
        .catch((error: unknown) => log.error('the saved mempool could not be read', { error }));
      void persistence.saveRegularly(running.signal);
      await waitAtMost(clock, LOAD_BEFORE_READY_MS, loading, running.signal);
    },
    async stop() {
      if (running.signal.aborted) return;
      running.abort();
      await loading;
      follower?.stop();
      await persistence?.save();
    },

    async submit(transaction, { source } = {}) {
      const tx =
        transaction instanceof Uint8Array ? decodeTransaction(new Uint8Array(transaction)) : transaction;
      if (isViolation(tx)) return tx;
      const origin = source === undefined ? 'local' : 'peer';
      return (await admission.admit({ tx: detached(tx), origin, source })) ?? { txid: tx.txidHex };
    },
    ...lookupsIn(pool, chain, rates),
    templateTransactions: (limits) => templateTransactions(chain.tip().height + 1, limits),
    projection: () => projection(chain.tip().height + 1),
    missingParents: (wid) =>
      (orphans.get(idOf(wid))?.missing ?? []).filter((id) => !graph.get(id)).map(hexOf),
    dropSource: orphans.dropSource,
    events,
    async idle() {
      await loading;
      await follower?.settled();
      await returning.idle();
      await admission.idle();
      await orphanRetry.idle();
    },
    save: async () => persistence?.save(),
  };
}

function lookupsIn(
  { graph, histogram, floor }: Pool,
  chain: ChainView,
  rates: Pick<BlockRates, 'recent'>,
): MempoolLookups {
  const { spacing } = chain.network.params;
  return {
    get: (txid) => graph.get(idOf(txid)),
    getByWid: (wid) => graph.getByWid(idOf(wid)),
    has: (txid) => graph.get(idOf(txid)) !== undefined,
    entries: graph.entries,
    spender: (outpoint) => graph.spender(coinKey(outpoint)),
    conflictsOf: (tx) => conflictsOf(tx, graph),
    coin: (outpoint) => unspentOutput(outpoint, graph, chain.tip().height + 1),
    effectiveExpiry(txid) {
      const entry = graph.get(idOf(txid));
      return entry ? leastExpiry([entry, ...graph.ancestorsOf(entry.parents)]) : 0;
    },
    summary: () => ({ count: graph.size, bytes: graph.bytes, floor: floor() }),
    list(limit, after = '') {
      // Binary strings and hexadecimal have the same order.
      const behindId = idOf(after);
      const behind = function* () {
        for (const entry of graph.entries()) if (entry.id > behindId) yield entry;
      };
      return firstOf(behind(), limit, (a, b) => a.id < b.id);
    },
    newest: (limit) => firstOf(graph.entries(), limit, (a, b) => a.sequence > b.sequence),
    feerates: () => estimateFeerates(histogram, spacing, floor()),
    odds: (feerate) =>
      minedOdds(feerate, { blocks: rates.recent(), ahead: bytesAhead(graph.entries(), feerate) }),
    isVerified(wid, rules) {
      if (graph.size === 0) return false;
      const entry = graph.getByWid(toBinary(wid));
      // Locks of type 0 mean the same under all rules. For other entries: the pool holds only what the rules of the
      // next block allow.
      return entry !== undefined && (!entry.upgradable || chain.nextRules().policyLock === rules.policyLock);
    },
  };
}
