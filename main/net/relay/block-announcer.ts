import type { Header } from '../../core/primitives/header.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Gossip } from '../transport/gossip.ts';
import { encodeBlockAnnouncement } from '../protocol/announcements.ts';

export interface BlockAnnouncerDeps {
  readonly gossip: Pick<Gossip, 'publish'>;
  readonly topic: string;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
}

/** Publishes the headers of new blocks to all peers. */
export interface BlockAnnouncer {
  /**
   * Announces a block after NET_MS, with its body if that is small. All announcers of a block send the same bytes, so
   * that the router recognises duplicates.
   */
  publish(header: Header, block: Uint8Array | null): void;
  stop(): void;
}

/** How long gossip waits, so that the push along the block relay tree arrives first. */
const NET_MS = 10;

export function createBlockAnnouncer({ gossip, topic, clock, log }: BlockAnnouncerDeps): BlockAnnouncer {
  const timers = new Set<Timer>();
  return {
    publish(header, block) {
      const message = encodeBlockAnnouncement(header.bytes, block);
      const timer = clock.after(NET_MS, () => {
        timers.delete(timer);
        // Sent to all peers: the message is short, and a mesh takes a second to form.
        gossip
          .publish(topic, message, true)
          .catch((error: unknown) =>
            log.warn('publishing a block announcement failed', { error: String(error) }),
          );
      });
      timers.add(timer);
    },
    stop() {
      for (const timer of timers) timer.cancel();
    },
  };
}
