import type { Log } from '../../lib/log.ts';
import { messageOf } from '../../lib/errors.ts';
import { isPublic, isRelayed, peerIdOf, relayOf, withoutPeer } from '../transport/multiaddrs.ts';
import type { Doors } from '../transport/libp2p-internals.ts';
import type { Peer } from '../peers/peer.ts';

export interface SlotsDeps {
  readonly peers: { list(): readonly Peer[] };
  readonly doors: Pick<Doors, 'listenThrough'>;
  /** Where others can reach this node, through relays too. */
  readonly addresses: () => readonly string[];
  /** A way that was opened for a while is no address of a relay. */
  readonly isHolePunched: (peer: Peer) => boolean;
  readonly now: () => number;
  readonly log: Log;
}

/** Slots at relays, through which others get to a node that they can't dial. */
export interface Slots {
  /** Asks one more of our peers for a slot while there are too few. */
  turn(): Promise<void>;
  /** Whether we asked this relay. */
  uses(relayId: string): boolean;
  /** Relays that bring others now. */
  count(): number;
}

/** So that one relay may leave. */
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
        // Only whom we dialled, so that nobody can put himself between us and all others by coming first.
        peer.direction === 'outbound' &&
        isPublic(peer.address) &&
        !isRelayed(peer.address) &&
        !deps.isHolePunched(peer) &&
        !now.has(peer.id) &&
        (asked.get(peer.id) ?? -Infinity) + AGAIN_MS < deps.now(),
    );
  }

  return {
    async turn() {
      if (busy || relays().size >= SLOTS_WANTED) return;
      const relay = next();
      if (relay === undefined) return;
      for (const [id, at] of asked) if (at + AGAIN_MS < deps.now() && !relays().has(id)) asked.delete(id);
      asked.set(relay.id, deps.now());
      busy = true;
      try {
        await deps.doors.listenThrough(`${withoutPeer(relay.address)}/p2p/${relay.id}`);
        deps.log.info('a relay takes calls for this node', { peer: relay.id });
      } catch (error) {
        deps.log.debug('no slot at a relay', { peer: relay.id, cause: messageOf(error) });
      } finally {
        busy = false;
      }
    },
    uses: (relayId) => asked.has(relayId),
    count: () => relays().size,
  };
}
