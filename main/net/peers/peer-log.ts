import type { Direction, PeerEvent, PeerKind, PeerSource } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Time } from '../../lib/clock.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import type { Peer } from './peer.ts';
import type { Peers } from './peers.ts';
import { reasonOf } from './penalties.ts';

/** An event between this node and another one. */
export interface PeerLogNote {
  readonly event: PeerEvent;
  /** A peer id, or a host if the event concerns a whole host. */
  readonly id: string;
  readonly address: string | null;
  readonly direction: Direction | null;
  readonly kind: PeerKind | null;
  readonly foundBy: PeerSource | null;
  /** The violation or other reason. */
  readonly code: PeerViolationCode | null;
}

export interface PeerLogEntry extends PeerLogNote {
  /** Increases from 1. A repeated entry gets a new number. */
  readonly number: number;
  readonly time: UnixSeconds;
  /** One sentence for the user. */
  readonly reason: string | null;
  /** How often the same event happened with the same peer, in a row or in turn with one other event. */
  readonly times: number;
}

/** The connects, disconnects with their reason, refusals, violations and bans since the start, for display. */
export interface PeerLog {
  start(): void;
  stop(): void;
  /** Adds an event that `Peers` does not emit, such as a ban by the user. */
  note(note: Pick<PeerLogNote, 'event' | 'id' | 'code'> & Partial<PeerLogNote>): void;
  /** The entries with a number greater than `after`, newest first. */
  list(limit: number, after?: number): PeerLogEntry[];
}

/** Maximum number of entries. In a flood of connections the oldest are removed. */
const MAX_ENTRIES = 500;

export function createPeerLog(deps: {
  readonly peers: Pick<Peers, 'events'>;
  readonly clock: Pick<Time, 'now'>;
}): PeerLog {
  const { peers, clock } = deps;
  // Ordered by number. An event of a peer that equals one of its last two entries is merged with it, so that a peer that
  // reconnects every second (connected, left, connected, …) does not fill the log.
  const entries: PeerLogEntry[] = [];
  const off: (() => void)[] = [];
  let number = 0;

  function note(given: Pick<PeerLogNote, 'event' | 'id' | 'code'> & Partial<PeerLogNote>): void {
    const repeated = entries
      .filter(({ id }) => id === given.id)
      .slice(-2)
      .find(({ event, code }) => event === given.event && code === given.code);
    if (repeated !== undefined) entries.splice(entries.indexOf(repeated), 1);
    entries.push({
      address: null,
      direction: null,
      kind: null,
      foundBy: null,
      ...given,
      number: ++number,
      time: clock.now(),
      reason: given.code === null ? null : reasonOf(given.code),
      times: (repeated?.times ?? 0) + 1,
    });
    if (entries.length > MAX_ENTRIES) entries.shift();
  }

  const about = ({ id, address, direction, kind, foundBy }: Peer) => ({
    id,
    address,
    direction,
    kind,
    foundBy,
  });

  return {
    start() {
      off.push(
        peers.events.on('handshakeCompleted', (peer) =>
          note({ event: 'connected', ...about(peer), code: null }),
        ),
        peers.events.on('disconnected', ({ peer, code }) => note({ event: 'left', ...about(peer), code })),
        peers.events.on('refused', ({ id, address, code }) => note({ event: 'refused', id, address, code })),
        peers.events.on('penalised', ({ id, address, code, banned }) =>
          note({ event: banned ? 'banned' : 'penalty', id, address, code }),
        ),
      );
    },
    stop: () => off.forEach((each) => each()),
    note,
    list: (limit, after = 0) =>
      entries
        .filter((entry) => entry.number > after)
        .slice(-limit)
        .reverse(),
  };
}
