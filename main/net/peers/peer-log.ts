import type { Direction, PeerEvent, PeerKind, PeerSource } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import type { Peer } from './peer.ts';
import type { Peers } from './peers.ts';
import { reasonOf } from './penalties.ts';

/** Something that happened between this node and another. */
export interface PeerLogNote {
  readonly event: PeerEvent;
  /** A peer id, or a host where a whole host is meant. */
  readonly id: string;
  readonly address: string | null;
  readonly direction: Direction | null;
  readonly kind: PeerKind | null;
  readonly foundBy: PeerSource | null;
  /** The rule or reason behind it. */
  readonly code: PeerViolationCode | null;
}

export interface PeerLogEntry extends PeerLogNote {
  /** Grows from 1 on; a repeated entry gets a new one. */
  readonly number: number;
  readonly time: UnixSeconds;
  /** One sentence for people. */
  readonly reason: string | null;
  /** How often the same happened with the same peer in a row. */
  readonly times: number;
}

/** Who came, who left and why, who was turned away, who broke which rule: since the start, for people to look at. */
export interface PeerLog {
  start(): void;
  stop(): void;
  /** What others of this folder did. */
  note(note: Pick<PeerLogNote, 'event' | 'id' | 'code'> & Partial<PeerLogNote>): void;
  /** Newest first; only those with a greater number than `after`. */
  list(limit: number, after?: number): PeerLogEntry[];
}

/** A flood of strangers pushes the oldest out, and costs no more memory than this. */
const MOST = 500;

export function createPeerLog(deps: {
  readonly peers: Pick<Peers, 'events'>;
  readonly clock: Clock;
}): PeerLog {
  const { peers, clock } = deps;
  // In order of their numbers. The key is the peer, so that one who knocks every second doesn't fill the book.
  const entries: PeerLogEntry[] = [];
  const off: (() => void)[] = [];
  let number = 0;

  function note(given: Pick<PeerLogNote, 'event' | 'id' | 'code'> & Partial<PeerLogNote>): void {
    const before = entries.findLastIndex(({ id }) => id === given.id);
    const last = entries[before];
    const again = last?.event === given.event && last.code === given.code;
    if (again) entries.splice(before, 1);
    entries.push({
      address: null,
      direction: null,
      kind: null,
      foundBy: null,
      ...given,
      number: ++number,
      time: clock.now(),
      reason: given.code === null ? null : reasonOf(given.code),
      times: again ? last.times + 1 : 1,
    });
    if (entries.length > MOST) entries.shift();
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
        peers.events.on('greeted', (peer) => note({ event: 'connected', ...about(peer), code: null })),
        peers.events.on('gone', ({ peer, code }) => note({ event: 'left', ...about(peer), code })),
        peers.events.on('refused', ({ id, address, code }) => note({ event: 'refused', id, address, code })),
        peers.events.on('judged', ({ id, address, code, banned }) =>
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
