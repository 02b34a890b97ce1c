import type { Ban as ListedBan, Peer as ListedPeer } from '../../../shared/contract/peers.ts';
import { KithError } from '../../lib/errors.ts';
import { addressTypeOf, hostKeyOf, type GroupOf, peerIdOf } from '../transport/multiaddrs.ts';
import type { TrafficCounter } from '../transport/traffic.ts';
import type { Bans } from './ban-list.ts';
import type { Connector } from './connector.ts';
import type { PeerLog, PeerLogEntry } from './peer-log.ts';
import type { Peer } from './peer.ts';
import type { Peers } from './peers.ts';
import { BAN_SECONDS, reasonOf } from './penalties.ts';
import type { Scores } from './scores.ts';

export interface PeerAccessDeps {
  readonly groupOf: GroupOf;
  readonly peers: Peers;
  readonly connector: Connector;
  readonly bans: Bans;
  readonly scores: Scores;
  readonly peerLog: PeerLog;
  readonly traffic: TrafficCounter;
}

export interface BanTarget {
  readonly id?: string | undefined;
  readonly address?: string | undefined;
}

/** The peers, and the actions on them, that the API offers. */
export interface PeerAccess {
  list(): Omit<ListedPeer, 'country' | 'asn'>[];
  /** @throws {KithError} as Connector.add does. */
  add(address: string): Promise<void>;
  /** @throws {KithError} `peer-unknown`. */
  remove(id: string): Promise<void>;
  ban(
    target: BanTarget & { readonly seconds?: number | undefined; readonly reason?: string | undefined },
  ): Promise<void>;
  /** @throws {KithError} `ban-unknown`. */
  unban(target: BanTarget): Promise<void>;
  bans(): ListedBan[];
  /** The entries with a number greater than `after`, newest first. */
  journal(limit: number, after?: number): PeerLogEntry[];
  /** Calls the listener when a peer connected or disconnected. Returns a function that removes it. */
  onChanged(listener: () => void): () => void;
}

export function createPeerAccess(deps: PeerAccessDeps): PeerAccess {
  const { peers, connector, bans, scores, peerLog } = deps;
  const faultOf = (id: string): ListedPeer['fault'] => {
    const code = scores.last(id);
    return code === null ? null : { code, message: reasonOf(code) };
  };

  const listed = (peer: Peer): Omit<ListedPeer, 'country' | 'asn'> => ({
    id: peer.id,
    address: peer.address,
    direction: peer.direction,
    kind: peer.kind,
    since: peer.since,
    version: peer.hello.software,
    height: peer.tip.height,
    services: [...peer.hello.services],
    latencyMs: peer.latencyMs,
    ...deps.traffic.of(peer.id),
    score: Math.round(scores.of(peer.id) * 10) / 10,
    fault: faultOf(peer.id),
    foundBy: peer.foundBy,
    group: deps.groupOf(peer.address),
    addressType: addressTypeOf(peer.address),
  });

  return {
    list: () => peers.list().map(listed),
    add: (address) => connector.add(address),
    async remove(id) {
      if (!peers.knows(id)) throw new KithError('peer-unknown', id, { data: { id } });
      connector.forget(id);
      peers.part(id, 'manual');
    },
    async ban({ id, address, seconds, reason }) {
      const banned = targetOf({ id, address });
      await bans.add({
        ...banned,
        seconds: seconds ?? BAN_SECONDS,
        code: 'manual',
        reason: reason ?? reasonOf('manual'),
      });
      peerLog.note({ event: 'banned', id: banned.id ?? banned.address!, code: 'manual' });
      for (const peer of peers.list()) {
        if (peer.id === banned.id || hostKeyOf(peer.address) === banned.address)
          peers.part(peer.id, 'manual');
      }
    },
    async unban(target) {
      const { id, address } = targetOf(target);
      if (!(await bans.lift(id ?? address!))) throw new KithError('ban-unknown', id ?? address!);
      peerLog.note({ event: 'pardoned', id: id ?? address!, code: null });
    },
    bans: () => bans.list().map((ban) => ({ ...ban })),
    journal: peerLog.list,
    onChanged(listener) {
      const off = [
        peers.events.on('handshakeCompleted', listener),
        peers.events.on('disconnected', listener),
      ];
      return () => off.forEach((each) => each());
    },
  };
}

/** What to ban. An address with a peer id means that peer; an address without one means its whole host. */
function targetOf({ id, address }: BanTarget): { id: string | null; address: string | null } {
  const named = id ?? (address === undefined ? null : peerIdOf(address));
  if (named !== null) return { id: named, address: null };
  const host = hostKeyOf(address ?? '');
  if (host === null) throw new KithError('address-invalid', address ?? '', { data: { address } });
  return { id: null, address: host };
}
