import type { PeerSource } from '../../../shared/contract/vocabulary.ts';
import type { Time } from '../../lib/clock.ts';
import { groupOf, isRelayed } from '../transport/multiaddrs.ts';
import {
  type AddressEntry,
  type AddressFacts,
  type AddressManager,
  TOLD_SOURCES,
} from './address-manager.ts';
import type { Origin, Peer } from './peer.ts';

export interface OutboundSlotsDeps {
  readonly peers: { list(): readonly Peer[] };
  readonly book: Pick<AddressManager, 'pick'>;
  readonly bootstrap: readonly string[];
  /** The bootstrap addresses that came from a join link. */
  readonly joined: ReadonlySet<string>;
  /** Extra full-relay connections to open while the chain looks wrong. */
  readonly extra: () => number;
  readonly clock: Pick<Time, 'monotonic'>;
  /** The addresses that are being dialled. */
  dialling(): readonly string[];
  /** Whether an address may be dialled now. */
  usable(address: string, facts: AddressFacts): boolean;
}

/** Which outbound connections are missing, and which address is the next for each. */
export interface OutboundSlots {
  /** Each with the kind of connection that is missing; not all of them may be dialled now. */
  candidates(): Generator<readonly [address: string, origin: Origin]>;
  /** Full-relay peers beyond the limit, which the node disconnects when the chain looks right again. */
  surplus(): readonly Peer[];
  /** The network groups of the outbound peers. */
  groups(): Set<string | null>;
  /** When the next feeler connection is due, or the slots may need attention for another reason; Infinity = not by time. */
  next(): number;
  /** A slot for a lasting connection is free. */
  isFree(): boolean;
}

/** Full-relay connections that this node opens. */
export const OUTBOUND = 8;
/**
 * Block-relay-only connections, which hide the node's position in the network from observers of transactions; saved
 * as anchors.
 */
export const BLOCK_ONLY = 2;
/** Interval of feeler connections, which only test whether an address works. */
const FEELER_MS = 120_000;
/** With this many full-relay connections, block-relay-only connections and feelers may be opened as well. */
const ENOUGH = 2;

export function createOutboundSlots(deps: OutboundSlotsDeps): OutboundSlots {
  const { peers, book, clock } = deps;
  let feltAt = clock.monotonic();
  const ofKind = (kind: Peer['kind']): Peer[] => peers.list().filter((peer) => peer.kind === kind);
  const wanted = (): number => OUTBOUND + deps.extra();
  const groups = (): Set<string | null> =>
    new Set(
      peers
        .list()
        .filter((peer) => peer.direction === 'outbound')
        .map((peer) => groupOf(peer.address)),
    );

  function pick(test: (entry: AddressEntry) => boolean): AddressEntry | null {
    const taken = new Set([...groups(), ...deps.dialling().map((address) => groupOf(address) ?? address)]);
    // Any network group may be behind a relay: the group is known only once there is a direct connection.
    const apart = (address: string, { group }: AddressFacts) => isRelayed(address) || !taken.has(group);
    return book.pick((it, facts) => apart(it.address, facts) && deps.usable(it.address, facts) && test(it));
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
      if (relaying < ENOUGH) return;
      // A small network never fills all full-relay slots, but needs anchors and addresses too. An anchor must be
      // reachable after a restart; a connection made by hole punching may not be.
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
      // Peers with the best chain stay, and among equals the oldest connections.
      relaying.sort((a, b) => (a.tip.work === b.tip.work ? 0 : a.tip.work > b.tip.work ? -1 : 1));
      return relaying.slice(-count);
    },
    groups,
    next: () => (ofKind('full-relay').length >= ENOUGH ? feltAt + FEELER_MS : Infinity),
    isFree: () => ofKind('full-relay').length < wanted() || ofKind('block-only').length < BLOCK_ONLY,
  };
}

// Addresses restored from an earlier run have the source `address-book`, whichever source they had before.
function savedSource(source: PeerSource): PeerSource {
  return TOLD_SOURCES.has(source) ? source : 'address-book';
}
