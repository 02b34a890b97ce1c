import { toHex } from '../../core/codec/hex.ts';
import { type MatchedBlock, matchBody } from '../../core/consensus/block-rules.ts';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import { decodeBlock } from '../../core/primitives/block.ts';
import type { Header } from '../../core/primitives/header.ts';
import { isViolation } from '../../core/violation.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Chain } from '../../chain/chain.ts';
import { PENALTY } from '../peers/penalties.ts';
import { createBucket } from '../protocol/bucket.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import { createKnownSet } from './known-set.ts';
import { createPeerBudgets } from './relay-budgets.ts';

export interface BlockAdmissionDeps {
  readonly chain: Pick<Chain, 'entry' | 'hasBody' | 'acceptHeaders'>;
  readonly peers: { report(peerId: string, peerViolation: PeerViolation): void };
  /** Chains with less work are not stored. */
  minimumWork(): bigint;
  /** A peer sent a block with an unknown parent. */
  unknownParent(peerId: string): void;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** The result for a block from a peer. `block` is its body, if the peer sent it and it belongs to the header. */
export type Admission =
  | { readonly kind: 'new' | 'known'; readonly block: MatchedBlock | null }
  /** The block is not relayed. `dropped`: the peer exceeded a budget. `wrong`: it broke a rule and was reported. */
  | { readonly kind: 'dropped' | 'wrong' };

/**
 * Decides which announced and pushed blocks are relayed. A header is passed on as soon as its proof of work is checked.
 */
export interface BlockAdmission {
  /**
   * Makes the cheapest checks first: budgets and header, then a body of up to 2 KiB if the header is valid. Returns
   * `new` once for each block.
   */
  admit(peerId: string, header: Header, body: Uint8Array | null): Promise<Admission>;
  /** Whether this node has announced this block, relayed or mined. */
  isAnnounced(id: string): boolean;
  /** Records that this node announces the block itself. */
  announce(id: string): void;
  forget(peerId: string): void;
}

/** Budget for proof-of-work checks of unsolicited headers: of one peer, and of all peers. */
const PER_PEER = { burst: 100, perSecond: 1 };
const ALL_PEERS = { burst: 300, perSecond: 300 };
/**
 * Above this limit announcements are a flood. It is higher than PER_PEER, which a fast miner on a test network may
 * exceed.
 */
const FLOOD = { burst: 2000, perSecond: 50 };
const MAX_KNOWN_BLOCKS = 1000;

export function createBlockAdmission(deps: BlockAdmissionDeps): BlockAdmission {
  const { chain, peers, clock } = deps;
  const budgets = createPeerBudgets(PER_PEER.burst, PER_PEER.perSecond, clock.monotonic);
  const noise = createPeerBudgets(FLOOD.burst, FLOOD.perSecond, clock.monotonic);
  const overall = createBucket(ALL_PEERS.burst, ALL_PEERS.perSecond, clock.monotonic);
  // Each block is announced once.
  const announced = createKnownSet(MAX_KNOWN_BLOCKS);

  /**
   * Checks whether the bytes can be the body of the header. Called before the relay: a wrong body is the fault of its
   * sender, and must not become the fault of the peers that relay it. Cost: hashing at most 2 KiB.
   */
  function match(peerId: string, kind: 'new' | 'known', body: Uint8Array | null): Admission {
    if (body === null) return { kind, block: null };
    const decoded = decodeBlock(body);
    const block = isViolation(decoded) ? decoded : matchBody(decoded);
    if (!isViolation(block)) return { kind, block };
    peers.report(peerId, block);
    return { kind: 'wrong' };
  }

  async function accept(peerId: string, header: Header, body: Uint8Array | null): Promise<Admission> {
    const { violation } = await chain.acceptHeaders([header]);
    if (violation !== null) {
      if (violation.code === 'header-orphan') deps.unknownParent(peerId);
      peers.report(peerId, violation);
      return { kind: PENALTY[violation.code] === 'ignore' ? 'dropped' : 'wrong' };
    }
    // Copies with different bodies may arrive at the same time; only the first is relayed.
    const isKnown = announced.has(header.idHex);
    const admission = match(peerId, isKnown ? 'known' : 'new', body);
    if (admission.kind === 'new') announced.add(header.idHex);
    return admission;
  }

  return {
    async admit(peerId, header, body) {
      if (!noise.of(peerId).take(1)) {
        peers.report(peerId, peerViolation('gossip-flood'));
        return { kind: 'dropped' };
      }
      const known = chain.entry(header.idHex) !== undefined;
      // The router relayed the announcement of this peer, so it is valid, even if the header arrived in another way
      // first.
      if (known && (announced.has(header.idHex) || chain.hasBody(header.idHex)))
        return match(peerId, 'known', body);
      // A header far below the tip costs its sender little, so it justifies neither a proof-of-work check nor memory.
      const parent = chain.entry(toHex(header.prev));
      if (parent !== undefined && parent.work + workOf(bitsToTarget(header.bits)) < deps.minimumWork())
        return { kind: 'dropped' };
      // A dropped header is not lost: the peer also announces its tip, and header sync downloads its chain.
      if (!known && (!budgets.of(peerId).take(1) || !overall.take(1))) return { kind: 'dropped' };
      return accept(peerId, header, body);
    },
    isAnnounced: announced.has,
    announce: announced.add,
    forget(peerId) {
      budgets.forget(peerId);
      noise.forget(peerId);
    },
  };
}
