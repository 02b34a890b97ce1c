import type { Clock } from '../../lib/clock.ts';
import type { Host } from '../transport/host.ts';
import { withoutPeer } from '../transport/multiaddrs.ts';

export interface TwinVisits {
  /** A computer on the local network says that the peer id of this node is at this address; resolves when that was looked into. */
  meet(address: string): Promise<void>;
}

export interface TwinVisitsDeps {
  readonly host: Pick<Host, 'addresses' | 'dial'>;
  readonly clock: Pick<Clock, 'ms'>;
}

/** Anybody on the local network can say that, as often as it likes: a visit costs a dial. */
const VISIT_MS = 10 * 60_000;

/**
 * Connects to where the peer id of this node is said to be, if that is no address of its own, to see whether a copy of its
 * data directory runs there (net/transport/twins.ts). The address goes without the peer id: libp2p never dials its own.
 */
export function createTwinVisits({ host, clock }: TwinVisitsDeps): TwinVisits {
  let visited = -Infinity;
  return {
    async meet(address) {
      const place = withoutPeer(address);
      if (host.addresses().some((own) => withoutPeer(own) === place)) return;
      if (clock.ms() - visited < VISIT_MS) return;
      visited = clock.ms();
      // What is found is found by the handshake; whoever else answers there is met another way.
      await host.dial(place).catch(() => undefined);
    },
  };
}
