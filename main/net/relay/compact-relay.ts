import { randomBytes } from 'node:crypto';
import { toHex } from '../../core/codec/hex.ts';
import { type Block, blockMerkleRoot, decodeBlock } from '../../core/primitives/block.ts';
import { MAX_BLOCK_BYTES } from '../../core/primitives/limits.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import { equalBytes } from '../../core/codec/bytes.ts';
import { isViolation } from '../../core/violation.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Peer } from '../peers/peer.ts';
import { type CompactBlock, compactOf } from '../protocol/compact-block.ts';
import { MAX_PARTS_ASKED } from '../protocol/frame-types.ts';
import { decodeParts, encodeGetParts } from '../protocol/block-txn-messages.ts';
import { handlerFailure } from '../protocol/handler-failure.ts';
import { REQUEST } from '../protocol/requests.ts';
import { createKnownSet } from './known-set.ts';
import { type Known, reconstruct, type Reconstruction } from './reconstruction.ts';
import { createExtraTransactions } from './extra-transactions.ts';
import type { MempoolView } from './transaction-relay.ts';

export interface CompactRelayDeps {
  readonly mempool: MempoolView;
  readonly chain: Pick<Chain, 'tip' | 'entry' | 'readBlock'>;
  readonly peers: { get(id: string): Peer | undefined };
  /** The download of bodies; a block is not requested there between `expect` and `deliver` or `giveUp`. */
  readonly bodies: {
    expect(id: string): void;
    deliver(id: string, block: Block): void;
    giveUp(id: string): void;
  };
  readonly clock: Clock;
  readonly log: Log;
}

/** Statistics of compact blocks since the start. */
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
  /** The compact form of an own block; contains in full the transactions that peers cannot have yet. */
  compact(block: Block): CompactBlock;
  /** Reconstructs a block with a valid header; requests missing transactions from this peer. */
  rebuild(compact: CompactBlock, peerId: string): Promise<void>;
  /** Keeps a transaction that was refused, or whose parents are unknown: a miner may include it all the same. */
  spare(tx: Transaction): void;
  /** A small block was received in full with its announcement. */
  cameWhole(): void;
  figures(): CompactFigures;
}

/** A transaction that arrived less than this ago may not have reached all peers yet. */
const ON_ITS_WAY_MS = 1500;
const MOST_ON_THEIR_WAY = 20_000;
/** Most bytes of transactions that one compact block contains in full. */
const MOST_PREFILLED = 10_000;
const MOST_MINED = 20_000;
/** Without an answer after this time, the full block is downloaded. */
const PARTS_MS = 3000;

export function createCompactRelay(deps: CompactRelayDeps): CompactRelay {
  const { mempool, chain, bodies, clock, log } = deps;
  const spares = createExtraTransactions();
  // Wids of the newest transactions of the mempool, and of recently mined ones, with their arrival times.
  const arrived = new Map<string, number>();
  const mined = createKnownSet(MOST_MINED);
  const figures = { whole: 0, asked: 0, failed: 0, inline: 0 };
  const off: (() => void)[] = [];

  function noteArrival(wid: string): void {
    const now = clock.monotonic();
    arrived.set(wid, now);
    for (const [oldest, at] of arrived) {
      if (now - at < ON_ITS_WAY_MS && arrived.size <= MOST_ON_THEIR_WAY) break;
      arrived.delete(oldest);
    }
  }

  function* known(prev: string, inRivals: readonly Transaction[]): Generator<Known> {
    for (const { widId, bytes } of mempool.entries()) yield { wid: widId, bytes };
    for (const { wid, bytes } of spares) yield { wid, bytes };
    // A competing block of the same height has removed them from the mempool.
    if (prev !== chain.tip().id) for (const { widBinary, bytes } of inRivals) yield { wid: widBinary, bytes };
  }

  async function rivals(prev: string): Promise<readonly Transaction[]> {
    const tip = chain.tip();
    if (tip.id === prev || tip.prev?.id !== prev) return [];
    const bytes = await chain.readBlock(tip.id);
    const block = bytes && decodeBlock(bytes);
    return block === null || isViolation(block) ? [] : block.transactions;
  }

  async function rebuild(compact: CompactBlock, peerId: string): Promise<void> {
    const id = compact.header.idHex;
    const prev = toHex(compact.header.prev);
    bodies.expect(id);
    const others = await rivals(prev);
    const building = reconstruct(compact, known(prev, others));
    const lacking = building.missing.length;
    // The answer may wait behind others on the same stream.
    const complete =
      lacking === 0 || (await Promise.race([askFor(building, peerId), sleep(PARTS_MS).then(() => false)]));
    const block = complete ? finish(building) : null;
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

  function outcomeOf(compact: CompactBlock, lacking: number, block: Block | null): keyof CompactFigures {
    if (block === null) return 'failed';
    if (compact.shortIds.length === 0) return 'inline';
    return lacking === 0 ? 'whole' : 'asked';
  }

  /** Null when a short id matched another transaction than the one in the block. */
  function finish(building: Reconstruction): Block | null {
    const bytes = building.bytes();
    if (bytes.length > MAX_BLOCK_BYTES) return null;
    const block = decodeBlock(bytes);
    if (isViolation(block)) return null;
    return equalBytes(blockMerkleRoot(block.transactions), block.header.merkle) ? block : null;
  }

  async function askFor(building: Reconstruction, peerId: string): Promise<boolean> {
    const peer = deps.peers.get(peerId);
    const { missing, compact } = building;
    // Requesting most of the transactions is slower than requesting the full block.
    if (peer === undefined || missing.length > Math.min(MAX_PARTS_ASKED, 64 + compact.count / 2))
      return false;
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

  return {
    start() {
      off.push(
        mempool.events.on('added', ({ entry }) => noteArrival(entry.wid)),
        mempool.events.on('removed', ({ wid, reason }) => {
          if (reason === 'mined') mined.add(wid);
        }),
      );
    },
    stop: () => off.forEach((each) => each()),
    compact(block) {
      let left = MOST_PREFILLED;
      const now = clock.monotonic();
      return compactOf(block, randomBytes(8), (tx) => {
        const wid = toHex(tx.wid);
        const age = now - (arrived.get(wid) ?? -Infinity);
        const common = (mined.has(wid) || mempool.getByWid(wid) !== undefined) && age > ON_ITS_WAY_MS;
        if (common || tx.bytes.length > left) return false;
        left -= tx.bytes.length;
        return true;
      });
    },
    rebuild: (compact, peerId) =>
      rebuild(compact, peerId).catch((error: unknown) => {
        // The sender may only have relayed it: no peer is blamed, but a bug must be logged.
        handlerFailure('compact block', error);
        log.error('a compact block could not be processed', { error: String(error) });
        bodies.giveUp(compact.header.idHex);
      }),
    spare: (tx) => spares.add({ wid: tx.widBinary, bytes: tx.bytes }),
    cameWhole: () => void figures.inline++,
    figures: () => figures,
  };
}
