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
  /** Fetching bodies the long way; a block between `expect` and `deliver` or `giveUp` isn't asked for. */
  readonly bodies: {
    expect(id: string): void;
    deliver(id: string, block: Block): void;
    giveUp(id: string): void;
  };
  readonly clock: Clock;
  readonly log: Log;
}

/** How compact blocks fared since the start. */
export interface CompactFigures {
  /** Put together from what was here. */
  readonly whole: number;
  /** After one question for what was missing. */
  readonly asked: number;
  /** Had to be fetched as a whole. */
  readonly failed: number;
  /** Came whole, as small ones do: with their announcement, or pushed. */
  readonly inline: number;
}

/** Blocks as lists of what everybody has already. */
export interface CompactRelay {
  start(): void;
  stop(): void;
  /** For announcing a block of ours: whole in it is what others can't have yet. */
  compact(block: Block): CompactBlock;
  /** Puts a block together whose header is good; asks this peer for what is missing. */
  rebuild(compact: CompactBlock, peerId: string): Promise<void>;
  /** A payment that was refused, or whose parents are unknown: a miner may think otherwise. */
  spare(tx: Transaction): void;
  /** A small block came whole with its announcement. */
  cameWhole(): void;
  figures(): CompactFigures;
}

/** A payment that has been here for less than this is still on its way to others. */
const ON_ITS_WAY_MS = 1500;
const MOST_ON_THEIR_WAY = 20_000;
/** Bytes of whole transactions in one compact block. */
const MOST_PREFILLED = 10_000;
const MOST_MINED = 20_000;
/** With no answer by then, the whole block is fetched. */
const PARTS_MS = 3000;

export function createCompactRelay(deps: CompactRelayDeps): CompactRelay {
  const { mempool, chain, bodies, clock, log } = deps;
  const spares = createExtraTransactions();
  // Wids of the mempool's newest, and of those that left it because they were mined.
  const arrived = new Map<string, number>();
  const mined = createKnownSet(MOST_MINED);
  const figures = { whole: 0, asked: 0, failed: 0, inline: 0 };
  const off: (() => void)[] = [];

  function noteArrival(wid: string): void {
    const now = clock.ms();
    arrived.set(wid, now);
    for (const [oldest, at] of arrived) {
      if (now - at < ON_ITS_WAY_MS && arrived.size <= MOST_ON_THEIR_WAY) break;
      arrived.delete(oldest);
    }
  }

  function* known(prev: string, inRivals: readonly Transaction[]): Generator<Known> {
    for (const { widId, bytes } of mempool.entries()) yield { wid: widId, bytes };
    for (const { wid, bytes } of spares) yield { wid, bytes };
    // Another block for the same place has taken them out of the mempool.
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
    log.info('a compact block', { id, transactions: compact.count, lacking, rebuilt: block !== null });
    if (block === null) bodies.giveUp(id);
    else bodies.deliver(id, block);
  }

  function outcomeOf(compact: CompactBlock, lacking: number, block: Block | null): keyof CompactFigures {
    if (block === null) return 'failed';
    if (compact.shortIds.length === 0) return 'inline';
    return lacking === 0 ? 'whole' : 'asked';
  }

  /** Null when a short id fitted something else than what is in the block. */
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
    // Asking for most of a block piece by piece is slower than asking for the block.
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
      log.debug('parts of a block did not come', { peer: peerId, cause: String(error) });
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
      const now = clock.ms();
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
        // Whoever sent it has perhaps only passed it on: nobody is blamed, but a bug is noticed.
        handlerFailure('compact block', error);
        log.error('a compact block could not be judged', { error: String(error) });
        bodies.giveUp(compact.header.idHex);
      }),
    spare: (tx) => spares.add({ wid: tx.widBinary, bytes: tx.bytes }),
    cameWhole: () => void figures.inline++,
    figures: () => figures,
  };
}
