import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log/log.ts';
import { isRelayed, toldClassOf, withoutPeer } from '../host/naming/addresses.ts';
import { createBucket } from '../wire/bucket.ts';

export interface LanDeps {
  /** What libp2p makes its parts from. */
  readonly components: object;
  /** What nodes of this network call themselves, such as `_kith-01234567._udp.local`. */
  readonly tag: string;
  /** Somebody on the local network said that it is here; a multiaddress with a peer id. */
  readonly onFound: (address: string) => void;
  readonly log: Log;
}

/** Nodes on the same local network find each other by mDNS; it tells and hears addresses, and never connects. */
export interface Lan {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const ASK_MS = 20_000;
const MOST_ADDRESSES = 4;
/** Answers heeded at once, and a second: a household has no more nodes. */
export const LAN_HEEDED = { burst: 50, perSecond: 1 } as const;

interface Found {
  readonly detail: {
    readonly id: { toString(): string };
    readonly multiaddrs: readonly { toString(): string }[];
  };
}

interface Mdns {
  start(): Promise<void>;
  stop(): Promise<void>;
  addEventListener(name: 'peer', listener: (event: Found) => void): void;
}

export function createLan({ components, tag, onFound, log }: LanDeps): Lan {
  const bucket = createBucket(LAN_HEEDED.burst, LAN_HEEDED.perSecond);
  let mdns: Mdns | undefined;

  function heard({ detail }: Found): void {
    if (!bucket.take(1)) return;
    for (const each of detail.multiaddrs.slice(0, MOST_ADDRESSES)) {
      const address = `${withoutPeer(each.toString())}/p2p/${detail.id.toString()}`;
      // Whoever is on the local network has an address of one; others would be somebody's lie.
      if (toldClassOf(address) === 'private' && !isRelayed(address)) onFound(address);
    }
  }

  return {
    async start() {
      try {
        const part = await import('@libp2p/mdns');
        mdns = part.mdns({ serviceTag: tag, interval: ASK_MS })(components as never) as unknown as Mdns;
        mdns.addEventListener('peer', heard);
        await mdns.start();
      } catch (error) {
        // Without it the node finds others all the same.
        log.info('no search on the local network', { cause: messageOf(error) });
      }
    },
    async stop() {
      await mdns?.stop().catch(() => undefined);
    },
  };
}
