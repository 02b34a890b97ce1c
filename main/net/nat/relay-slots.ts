import type { Time } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { messageOf } from '../../lib/errors.ts';
import { isPublic, isRelayed, peerIdOf, relayOf, withoutPeer } from '../transport/multiaddrs.ts';
import type { Libp2pInternals } from '../transport/libp2p-internals.ts';
import type { Peer } from '../peers/peer.ts';

export interface SlotsDeps {
  readonly peers: { list(): readonly Peer[] };
  readonly internals: Pick<Libp2pInternals, 'listenThrough'>;
  /** The addresses at which other nodes can reach this node, including those through relays. */
  readonly addresses: () => readonly string[];
  /** Whether a connection was made by hole punching. Its address cannot be used for a relay reservation. */
  readonly isHolePunched: (peer: Peer) => boolean;
  readonly clock: Pick<Time, 'monotonic'>;
  readonly log: Log;
}

/** Keeps reservations at relays, through which other nodes reach this node when they cannot dial it directly. */
export interface Slots {
  /** Asks another peer for a reservation while there are too few. */
  turn(): Promise<void>;
  /** Whether this node asked this relay for a reservation. */
  uses(relayId: string): boolean;
  /** Number of relays that currently forward connections to this node. */
  count(): number;
}

/** Number of reservations: two, so that one relay may disconnect. */
export const SLOTS_WANTED = 2;
const AGAIN_MS = 10 * 60_000;

export function createSlots(deps: SlotsDeps): Slots {
  const asked = new Map<string, number>();
  let busy = false;

  const relays = () => new Set(deps.addresses().flatMap((address) => peerIdOf(relayOf(address) ?? '') ?? []));

  function next(): Peer | undefined {
    const now = relays();
    return deps.peers.list().find(
      (peer) =>
        // Only outbound peers. Otherwise an attacker could connect first and become the only path to this node.
        peer.direction === 'outbound' &&
        isPublic(peer.address) &&
        !isRelayed(peer.address) &&
        !deps.isHolePunched(peer) &&
        !now.has(peer.id) &&
        (asked.get(peer.id) ?? -Infinity) + AGAIN_MS < deps.clock.monotonic(),
    );
  }

  return {
    async turn() {
      if (busy || relays().size >= SLOTS_WANTED) return;
      const relay = next();
      if (relay === undefined) return;
      for (const [id, at] of asked)
        if (at + AGAIN_MS < deps.clock.monotonic() && !relays().has(id)) asked.delete(id);
      asked.set(relay.id, deps.clock.monotonic());
      busy = true;
      try {
        await deps.internals.listenThrough(`${withoutPeer(relay.address)}/p2p/${relay.id}`);
        deps.log.info('a relay accepted a reservation', { peer: relay.id });
      } catch (error) {
        deps.log.debug('a relay refused a reservation', { peer: relay.id, cause: messageOf(error) });
      } finally {
        busy = false;
      }
    },
    uses: (relayId) => asked.has(relayId),
    count: () => relays().size,
  };
}
