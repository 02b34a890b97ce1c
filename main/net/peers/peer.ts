import type { Connection, Stream } from '@libp2p/interface';
import type { Direction, PeerKind, PeerSource } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import { type Caller, createCaller } from '../protocol/requester.ts';
import type { StreamClock } from '../protocol/deadline.ts';
import type { Control } from '../protocol/control.ts';
import type { Hello, TipClaim } from '../protocol/hello.ts';
import { encodeGetHeaders } from '../protocol/sync-messages.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import type { Names } from '../transport/protocols.ts';

/** Why a connection exists, and where its address came from. */
export interface Origin {
  readonly kind: PeerKind;
  readonly foundBy: PeerSource;
}

/** A peer with a completed handshake. */
export interface Peer extends Origin {
  readonly id: string;
  readonly address: string;
  readonly direction: Direction;
  readonly since: UnixSeconds;
  readonly connection: Connection;
  /** The hello of the peer. Its `lowestServedHeight` is kept up to date. */
  readonly hello: Hello;
  /** The protocol version in use: the highest that both sides support. */
  readonly protocol: number;
  /** The best chain that the peer last announced. */
  readonly tip: TipClaim;
  readonly latencyMs: number | null;
  /** For requests whose answers may take long: headers and blocks. */
  readonly sync: Caller;
  /** For requests that must not wait behind those: transactions, and announced blocks. */
  readonly relay: Caller;
  /** For compact blocks, which must not wait behind any other request. */
  readonly push: Caller;
  /** For chunks of UTXO sets. */
  readonly snapshots: Caller;
}

/** Whether the connection relays transactions, which both sides must want. */
export const relays = ({ kind, hello }: Pick<Peer, 'kind' | 'hello'>): boolean =>
  kind !== 'block-only' && hello.services.includes('relay');

/** The peer with the functions that only the table of peers uses. */
export interface OwnedPeer extends Peer {
  since: UnixSeconds;
  hello: Hello;
  tip: TipClaim;
  latencyMs: number | null;
  readonly control: Control;
}

export interface PeerParts {
  readonly connection: Connection;
  readonly origin: Origin;
  readonly control: Control;
  readonly names: Names;
  readonly since: UnixSeconds;
  readonly clock: StreamClock;
  onViolation(peerViolation: PeerViolation): void;
  /** Number of bytes that the peer has sent so far. */
  readonly received: () => number;
  /** Whether the peer answers a ping. */
  readonly isAlive: () => Promise<boolean>;
}

export function createPeer(parts: PeerParts): OwnedPeer {
  const { connection, origin, control, names, since } = parts;
  const { onViolation, received, isAlive, clock } = parts;
  const open = (protocol: string) => () => connection.newStream(protocol);
  let asked: Promise<boolean> | undefined;
  // If several requests are overdue at the same time, they share one check, because a peer accepts few streams.
  const answersOthers = (): Promise<boolean> =>
    (asked ??= answersHeaders(open(names.sync), control.hello.id, clock).finally(() => (asked = undefined)));
  const callerOf = (protocol: string) =>
    createCaller({ open: open(protocol), clock, onViolation, received, isAlive, answersOthers });
  return {
    ...origin,
    id: connection.remotePeer.toString(),
    address: connection.remoteAddr.toString(),
    direction: connection.direction,
    since,
    connection,
    control,
    hello: control.hello,
    protocol: control.version,
    tip: control.hello,
    latencyMs: null,
    sync: callerOf(names.sync),
    relay: callerOf(names.relay),
    push: callerOf(names.push),
    snapshots: callerOf(names.snapshot),
  };
}

/** Longest time in which a responsive peer answers the smallest request. */
const ANOTHER_MS = 10_000;

/**
 * Whether a peer answers a small request on a new stream: the headers after the tip of its hello. Any frame counts as
 * an answer.
 */
async function answersHeaders(open: () => Promise<Stream>, tip: Hash, clock: StreamClock): Promise<boolean> {
  const caller = createCaller({ open, clock, onViolation: () => undefined });
  const kind = { ...REQUEST.getHeaders, deadlineMs: ANOTHER_MS };
  try {
    await caller.call({ kind, body: encodeGetHeaders([tip]) });
    return true;
  } catch {
    return false;
  } finally {
    caller.close();
  }
}
