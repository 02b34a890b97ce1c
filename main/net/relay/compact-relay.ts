import { toHex } from '../../core/codec/hex.ts';
import { type MatchedBlock, matchBody } from '../../core/consensus/block-rules.ts';
import { type Block, decodeBlock } from '../../core/primitives/block.ts';
import { MAX_BLOCK_BYTES } from '../../core/primitives/limits.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Peer } from '../peers/peer.ts';
import { type CompactBlock, compactOf } from '../protocol/compact-block.ts';
import { MAX_PARTS_ASKED } from '../protocol/frame-types.ts';
import { decodeParts, encodeGetParts } from '../protocol/block-txn-messages.ts';
import { handlerFailure } from '../protocol/handler-failure.ts';
import { REQUEST } from '../protocol/requests.ts';
import type { ExpectedBlocks } from '../sync/expected-blocks.ts';
import { createKnownSet } from './known-set.ts';
import { type CandidateTransaction, reconstruct, type Reconstruction } from './reconstruction.ts';
import { createExtraTransactions } from './extra-transactions.ts';
import type { MempoolView } from './transaction-relay.ts';

export interface CompactRelayDeps {
  readonly mempool: MempoolView;
  readonly chain: Pick<Chain, 'tip' | 'entry' | 'readBlock'>;
  readonly peers: { get(id: string): Peer | undefined };
  /** The download of full blocks. It does not request an expected block until `deliver` or `giveUp`. */
  readonly bodies: {
    readonly expected: Pick<ExpectedBlocks, 'add'>;
    deliver(id: string, block: MatchedBlock): void;
    giveUp(id: string): void;
  };
  readonly random: Pick<Random, 'bytes'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Number of compact blocks since the start, by how they were completed. */
export interface CompactFigures {
  /** Reconstructed without a round trip. */
  readonly whole: number;
  /** Reconstructed after one request for missing transactions. */
  readonly asked: number;
  /** Downloaded as a full block. */
  readonly failed: number;
  /** Received in full, as small blocks are: in the announcement, or pushed. */
  readonly inline: number;
}

/** Builds and reconstructs compact blocks. */
export interface CompactRelay {
  start(): void;
  stop(): void;
  /** The compact form of an own block. It contains in full the transactions that peers cannot have yet. */
  compact(block: Block): CompactBlock;
  /**
   * Reconstructs a block with a valid header and delivers it. Requests missing transactions from this peer. `whole` is
   * the block itself, if its compact form contained all transactions and was checked already.
   */
  rebuild(compact: CompactBlock, peerId: string, whole: MatchedBlock | null): Promise<void>;
  /** Keeps a transaction that was refused, or whose parents are unknown, because a miner may still include it. */
  spare(tx: Transaction): void;
  /** Counts a small block that was received in full with its announcement. */
  cameWhole(): void;
  figures(): CompactFigures;
}

/** A transaction that arrived within this time may not have reached all peers yet. */
const IN_TRANSIT_MS = 1500;
const MAX_IN_TRANSIT = 20_000;
/** Maximum number of bytes of transactions in one compact block. */
const MAX_PREFILLED_BYTES = 10_000;
const MAX_MINED = 20_000;
/** If the missing transactions do not arrive within this time, the full block is downloaded. */
const PARTS_MS = 3000;

export function createCompactRelay(deps: CompactRelayDeps): CompactRelay {
  const { mempool, bodies, clock, log } = deps;
  const spares = createExtraTransactions();
  const common = createCommonTransactions(mempool, clock);
  const figures = { whole: 0, asked: 0, failed: 0, inline: 0 };

  async function rebuild(compact: CompactBlock, peerId: string, whole: MatchedBlock | null): Promise<void> {
    const id = compact.header.idHex;
    bodies.expected.add(id);
    const { block, lacking } =
      whole === null ? await reconstructed(deps, spares, compact, peerId) : { block: whole, lacking: 0 };
    figures[outcomeOf(compact, lacking, block)]++;
    log.info('received a compact block', {
      id,
      transactions: compact.count,
      lacking,
      rebuilt: block !== null,
    });
    if (block === null) bodies.giveUp(id);
    else bodies.deliver(id, block);
  }

  return {
    start: common.start,
    stop: common.stop,
    compact(block) {
      let left = MAX_PREFILLED_BYTES;
      const now = clock.monotonic();
      return compactOf(block, deps.random.bytes(8), (tx) => {
        if (common.has(toHex(tx.wid), now) || tx.bytes.length > left) return false;
        left -= tx.bytes.length;
        return true;
      });
    },
    rebuild: (compact, peerId, whole) =>
      rebuild(compact, peerId, whole).catch((error: unknown) => {
        // The sender may only have relayed the block, so no peer gets a penalty, but a bug must be logged.
        handlerFailure('compact block', error);
        log.error('a compact block could not be processed', { error: String(error) });
        bodies.giveUp(compact.header.idHex);
      }),
    spare: (tx) => spares.add({ wid: tx.widBinary, bytes: tx.bytes }),
    cameWhole: () => void figures.inline++,
    figures: () => figures,
  };
}

/** Tracks transactions that peers probably have too: those that this node has known for some time, and mined ones. */
function createCommonTransactions(mempool: MempoolView, clock: Clock) {
  // Arrival times of the newest transactions of the mempool and of recently mined ones, by wid.
  const arrived = new Map<string, number>();
  const mined = createKnownSet(MAX_MINED);
  const off: (() => void)[] = [];

  function noteArrival(wid: string): void {
    const now = clock.monotonic();
    arrived.set(wid, now);
    for (const [oldest, at] of arrived) {
      if (now - at < IN_TRANSIT_MS && arrived.size <= MAX_IN_TRANSIT) break;
      arrived.delete(oldest);
    }
  }

  return {
    start(): void {
      off.push(
        mempool.events.on('added', ({ entry }) => noteArrival(entry.wid)),
        mempool.events.on('removed', ({ wid, reason }) => {
          if (reason === 'mined') mined.add(wid);
        }),
      );
    },
    stop: (): void => off.forEach((each) => each()),
    has(wid: string, now: number): boolean {
      const age = now - (arrived.get(wid) ?? -Infinity);
      return (mined.has(wid) || mempool.getByWid(wid) !== undefined) && age > IN_TRANSIT_MS;
    },
  };
}

type ReconstructDeps = Pick<CompactRelayDeps, 'mempool' | 'chain' | 'peers' | 'clock' | 'log'>;

/**
 * The reconstructed block. `block` is null if transactions are missing, or if a short id matched another transaction
 * than the one in the block.
 */
async function reconstructed(
  deps: ReconstructDeps,
  spares: Iterable<CandidateTransaction>,
  compact: CompactBlock,
  peerId: string,
): Promise<{ readonly block: MatchedBlock | null; readonly lacking: number }> {
  const prev = toHex(compact.header.prev);
  const building = reconstruct(compact, known(deps, spares, prev, await rivals(deps.chain, prev)));
  const lacking = building.missing.length;
  // The answer may wait behind other answers on the same stream.
  const late = () => deps.clock.sleep(PARTS_MS).then(() => false);
  const complete = lacking === 0 || (await Promise.race([askFor(deps, building, peerId), late()]));
  return { block: complete ? finish(building) : null, lacking };
}

function* known(
  { mempool, chain }: ReconstructDeps,
  spares: Iterable<CandidateTransaction>,
  prev: string,
  inRivals: readonly Transaction[],
): Generator<CandidateTransaction> {
  for (const { widId, bytes } of mempool.entries()) yield { wid: widId, bytes };
  for (const { wid, bytes } of spares) yield { wid, bytes };
  // A block at the same height removed these transactions from the mempool.
  if (prev !== chain.tip().id) for (const { widBinary, bytes } of inRivals) yield { wid: widBinary, bytes };
}

/** The transactions of the tip, if the tip has the same parent `prev`. */
async function rivals(chain: CompactRelayDeps['chain'], prev: string): Promise<readonly Transaction[]> {
  const tip = chain.tip();
  if (tip.id === prev || tip.prev?.id !== prev) return [];
  const bytes = await chain.readBlock(tip.id);
  const block = bytes && decodeBlock(bytes);
  return block === null || isViolation(block) ? [] : block.transactions;
}

/** Requests the missing transactions. True when all of them arrived. */
async function askFor(
  { peers, log }: ReconstructDeps,
  building: Reconstruction,
  peerId: string,
): Promise<boolean> {
  const peer = peers.get(peerId);
  const { missing, compact } = building;
  // Requesting most of the transactions takes longer than requesting the full block.
  if (peer === undefined || missing.length > Math.min(MAX_PARTS_ASKED, 64 + compact.count / 2)) return false;
  let filled = false;
  try {
    await peer.relay.call({
      kind: REQUEST.getParts,
      body: encodeGetParts({ id: compact.header.id, indexes: missing }),
      onReply(frame) {
        const parts = decodeParts(frame.body);
        if (isViolation(parts)) return parts;
        filled = building.fill(parts);
        return null;
      },
    });
  } catch (error) {
    log.debug('missing transactions did not arrive', { peer: peerId, cause: String(error) });
  }
  return filled;
}

/** The block. Null when a short id matched another transaction than the one in the block. */
function finish(building: Reconstruction): MatchedBlock | null {
  const bytes = building.bytes();
  if (bytes.length > MAX_BLOCK_BYTES) return null;
  const decoded = decodeBlock(bytes);
  const block = isViolation(decoded) ? decoded : matchBody(decoded);
  return isViolation(block) ? null : block;
}

function outcomeOf(compact: CompactBlock, lacking: number, block: Block | null): keyof CompactFigures {
  if (block === null) return 'failed';
  if (compact.shortIds.length === 0) return 'inline';
  return lacking === 0 ? 'whole' : 'asked';
}
