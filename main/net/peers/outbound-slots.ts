import type { PeerSource } from '../../../shared/contract/vocabulary.ts';
import type { Time } from '../../lib/clock.ts';
import { type GroupOf, isRelayed } from '../transport/multiaddrs.ts';
import {
  type AddressEntry,
  type AddressFacts,
  type AddressManager,
  ANNOUNCED_SOURCES,
} from './address-manager.ts';
import type { Origin, Peer } from './peer.ts';

export interface OutboundSlotsDeps {
  readonly peers: { list(): readonly Peer[] };
  readonly addrman: Pick<AddressManager, 'pick'>;
  readonly bootstrap: readonly string[];
  /** The bootstrap addresses that came from a join link. */
  readonly joined: ReadonlySet<string>;
  /** Number of additional full-relay connections to open while the chain looks wrong. */
  readonly extra: () => number;
  readonly clock: Pick<Time, 'monotonic'>;
  readonly groupOf: GroupOf;
  /** The addresses that are being dialled. */
  dialling(): readonly string[];
  /** Whether an address may be dialled now. */
  usable(address: string, facts: AddressFacts): boolean;
}

/** Decides which outbound connections are missing, and which address is tried next for each. */
export interface OutboundSlots {
  /** Addresses with the kind of connection that is missing. Some of them may have to wait before they are dialled. */
  candidates(): Generator<readonly [address: string, origin: Origin]>;
  /** Full-relay peers beyond the limit, which are disconnected when the chain looks right again. */
  surplus(): readonly Peer[];
  /** The network groups of the outbound peers. */
  groups(): Set<string | null>;
  /** When the next feeler is due, or the slots must be checked for another reason; Infinity for no time. */
  next(): number;
  /** Whether a slot for a lasting connection is free. */
  isFree(): boolean;
}

/** Number of full-relay connections that this node opens. */
export const FULL_RELAY_SLOTS = 8;
/**
 * Number of block-relay-only connections that this node opens. They hide its position in the network from observers of
 * transactions, and are stored as anchors.
 */
export const BLOCK_ONLY = 2;
/** Interval between two feelers, which are short connections that test an address. */
const FEELER_MS = 120_000;
/** From this many full-relay connections on, block-relay-only connections and feelers are opened too. */
const MIN_FULL_RELAY = 2;

export function createOutboundSlots(deps: OutboundSlotsDeps): OutboundSlots {
  const { peers, addrman, clock, groupOf } = deps;
  let feltAt = clock.monotonic();
  const ofKind = (kind: Peer['kind']): Peer[] => peers.list().filter((peer) => peer.kind === kind);
  const wanted = (): number => FULL_RELAY_SLOTS + deps.extra();
  const groups = (): Set<string | null> =>
    new Set(
      peers
        .list()
        .filter((peer) => peer.direction === 'outbound')
        .map((peer) => groupOf(peer.address)),
    );

  function pick(test: (entry: AddressEntry) => boolean): AddressEntry | null {
    const taken = new Set([...groups(), ...deps.dialling().map((address) => groupOf(address) ?? address)]);
    // A relayed address is always allowed: the network group of the peer is known only after there is a direct
    // connection.
    const apart = (address: string, { group }: AddressFacts) => isRelayed(address) || !taken.has(group);
    return addrman.pick(
      (it, facts) => apart(it.address, facts) && deps.usable(it.address, facts) && test(it),
    );
  }

  function* picked(kind: Origin['kind'], test: (entry: AddressEntry) => boolean) {
    const entry = pick(test);
    if (entry !== null) yield [entry.address, { kind, foundBy: savedSource(entry.foundBy) }] as const;
  }

  function* fullRelay(): ReturnType<OutboundSlots['candidates']> {
    for (const address of deps.bootstrap) {
      const foundBy = deps.joined.has(address) ? 'join-link' : 'bootstrap';
      yield [address, { kind: 'full-relay', foundBy }];
    }
    yield* picked('full-relay', () => true);
  }

  return {
    *candidates() {
      const relaying = ofKind('full-relay').length;
      if (relaying + deps.dialling().length < wanted()) yield* fullRelay();
      if (relaying < MIN_FULL_RELAY) return;
      // A small network never fills all full-relay slots, but this node still needs anchors and addresses. An anchor
      // must be reachable after a restart, which a peer that was reached by hole punching may not be.
      if (ofKind('block-only').length < BLOCK_ONLY)
        yield* picked('block-only', ({ address, lastGood }) => lastGood > 0 && !isRelayed(address));
      if (clock.monotonic() - feltAt >= FEELER_MS) {
        feltAt = clock.monotonic();
        yield* picked('feeler', ({ lastGood }) => lastGood === 0);
      }
    },
    surplus() {
      const relaying = ofKind('full-relay');
      const count = relaying.length - wanted();
      if (count <= 0) return [];
      // Peers with the most work stay, and among equals the oldest connections.
      relaying.sort((a, b) => (a.tip.work === b.tip.work ? 0 : a.tip.work > b.tip.work ? -1 : 1));
      return relaying.slice(-count);
    },
    groups,
    next: () => (ofKind('full-relay').length >= MIN_FULL_RELAY ? feltAt + FEELER_MS : Infinity),
    isFree: () => ofKind('full-relay').length < wanted() || ofKind('block-only').length < BLOCK_ONLY,
  };
}

// Addresses restored from an earlier run have the source `address-book`, whichever source they had before.
function savedSource(source: PeerSource): PeerSource {
  return ANNOUNCED_SOURCES.has(source) ? source : 'address-book';
}
