import type { Connection } from '@libp2p/interface';
import type { Direction, PeerKind, PeerSource } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import { type Caller, createCaller } from '../wire/caller.ts';
import type { Control } from '../wire/control.ts';
import type { Hello, TipClaim } from '../wire/messages/hello.ts';
import type { Offence } from '../wire/offence.ts';
import type { Names } from '../host/naming/protocols.ts';

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
  /** For chunks of coin sets. */
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
  onOffence(offence: Offence): void;
  /** Bytes that the peer has sent so far. */
  readonly received: () => number;
  /** Whether it answers a ping. */
  readonly isAlive: () => Promise<boolean>;
}

export function createPeer(parts: PeerParts): OwnedPeer {
  const { connection, origin, control, names, since } = parts;
  const { onOffence, received, isAlive } = parts;
  const callerOf = (protocol: string) =>
    createCaller({ open: () => connection.newStream(protocol), onOffence, received, isAlive });
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
