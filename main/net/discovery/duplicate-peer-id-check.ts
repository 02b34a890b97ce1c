import type { Clock } from '../../lib/clock.ts';
import type { Host } from '../transport/host.ts';
import { withoutPeer } from '../transport/multiaddrs.ts';

/** Finds a copy of this node's data directory that runs on another computer of the local network. */
export interface DuplicatePeerIdCheck {
  /**
   * Dials an address that an mDNS answer gave for the peer id of this node. Does nothing for an address of this node,
   * and within CHECK_MS of the last dial. Never rejects.
   */
  check(address: string): Promise<void>;
}

export interface DuplicatePeerIdCheckDeps {
  readonly host: Pick<Host, 'addresses' | 'dial'>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/**
 * Shortest time between two checks. Each costs a dial, and any computer on the local network can send such mDNS answers
 * without limit.
 */
const CHECK_MS = 10 * 60_000;

/** Creates the check. It dials addresses without the peer id, because libp2p refuses to dial its own. */
export function createDuplicatePeerIdCheck({ host, clock }: DuplicatePeerIdCheckDeps): DuplicatePeerIdCheck {
  let checkedAt = -Infinity;
  return {
    async check(address) {
      const direct = withoutPeer(address);
      if (host.addresses().some((own) => withoutPeer(own) === direct)) return;
      if (clock.monotonic() - checkedAt < CHECK_MS) return;
      checkedAt = clock.monotonic();
      // The handshake detects the duplicate (net/transport/duplicate-peer-ids.ts). The connection itself is not used.
      await host.dial(direct).catch(() => undefined);
    },
  };
}
