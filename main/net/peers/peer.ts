import type { Connection, Stream } from '@libp2p/interface';
import type { Direction, PeerKind, PeerSource } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import { type Caller, createCaller } from '../protocol/requester.ts';
import type { Control } from '../protocol/control.ts';
import type { Hello, TipClaim } from '../protocol/hello.ts';
import { encodeGetHeaders } from '../protocol/sync-messages.ts';
import type { PeerViolation } from '../protocol/wire-violation.ts';
import { REQUEST } from '../protocol/requests.ts';
import type { Names } from '../transport/protocols.ts';

/** Why a connection exists and where its address came from. */
export interface Origin {
  readonly kind: PeerKind;
  readonly foundBy: PeerSource;
}

/** A peer that has introduced itself. */
export interface Peer extends Origin {
  readonly id: string;
  readonly address: string;
  readonly direction: Direction;
  readonly since: UnixSeconds;
  readonly connection: Connection;
  /** What it said of itself; what it serves is kept up to date. */
  readonly hello: Hello;
  /** The protocol version spoken with it: the highest that both know. */
  readonly protocol: number;
  /** The best chain that it last said it has. */
  readonly tip: TipClaim;
  readonly latencyMs: number | null;
  /** For requests that may be long: headers and blocks. */
  readonly sync: Caller;
  /** For requests that must not wait behind those: payments and what announcements lead to. */
  readonly relay: Caller;
  /** For blocks that are news: nothing may stand in their way. */
  readonly push: Caller;
  /** For chunks of UTXO sets. */
  readonly snapshots: Caller;
}

/** Whether payments go over this connection: both sides must want them. */
export const relays = ({ kind, hello }: Pick<Peer, 'kind' | 'hello'>): boolean =>
  kind !== 'block-only' && hello.services.includes('relay');

/** The same peer as the table sees it. */
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
  onViolation(peerViolation: PeerViolation): void;
  /** Bytes that the peer has sent so far. */
  readonly received: () => number;
  /** Whether it answers a ping. */
  readonly isAlive: () => Promise<boolean>;
}

export function createPeer(parts: PeerParts): OwnedPeer {
  const { connection, origin, control, names, since } = parts;
  const { onViolation, received, isAlive } = parts;
  const open = (protocol: string) => () => connection.newStream(protocol);
  let asked: Promise<boolean> | undefined;
  // Several requests may be overdue at once; a peer takes few streams.
  const answersOthers = (): Promise<boolean> =>
    (asked ??= answersHeaders(open(names.sync), control.hello.id).finally(() => (asked = undefined)));
  const callerOf = (protocol: string) =>
    createCaller({ open: open(protocol), onViolation, received, isAlive, answersOthers });
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

/** What a peer that answers requests takes at most for the smallest one. */
const ANOTHER_MS = 10_000;

/**
 * Whether a peer answers a request that costs it next to nothing, on a stream of its own: the headers after the tip of its
 * hello. Any frame is an answer.
 */
async function answersHeaders(open: () => Promise<Stream>, tip: Hash): Promise<boolean> {
  const caller = createCaller({ open, onViolation: () => undefined });
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
