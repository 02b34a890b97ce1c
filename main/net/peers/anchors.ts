import { withoutPeer } from '../transport/multiaddrs.ts';
import type { PeerStore } from './peer-store.ts';
import type { Peer } from './peer.ts';

/** The kind of connection of an anchor, which is used again after a restart. */
export type AnchorKind = 'block-only' | 'full-relay';

/**
 * Peers that this node dials first after a restart, so that an attacker who forces a restart does not choose all its
 * peers.
 */
export interface Anchors {
  /** Reads the anchors of the last run. */
  load(): Promise<void>;
  /** Anchors of the last run that were not tried yet. */
  untried(): Iterable<readonly [address: string, kind: AnchorKind]>;
  tried(address: string): void;
  /** The connections changed: stores the current anchors. */
  save(connected: readonly Peer[]): void;
}

export function createAnchors(store: Pick<PeerStore, 'list' | 'replace'>, most: number): Anchors {
  const untried = new Map<string, AnchorKind>();
  return {
    async load() {
      for (const { key, value } of (await store.list('anchor')).slice(0, most)) {
        const { kind } = (value ?? {}) as { kind?: unknown };
        untried.set(key, kind === 'full-relay' ? kind : 'block-only');
      }
    },
    untried: () => untried,
    tried: (address) => void untried.delete(address),
    save(connected) {
      const outbound = connected.filter((peer) => peer.direction === 'outbound' && peer.kind !== 'feeler');
      // Block-relay-only connections first. If there is none, any lasting connection is better than no anchor.
      const now = outbound.sort((a, b) => Number(b.kind === 'block-only') - Number(a.kind === 'block-only'));
      const found = now.map(({ address, id, kind }): [string, AnchorKind] => [
        `${withoutPeer(address)}/p2p/${id}`,
        kind === 'block-only' ? 'block-only' : 'full-relay',
      ]);
      // Anchors of the last run that were not tried yet are kept, so that a crash right after the start does not lose
      // them.
      const all = [...new Map([...untried, ...found])].slice(0, most);
      const kept = new Map(all.map(([address, kind]) => [address, { kind }]));
      void store.replace('anchor', kept).catch(() => undefined);
    },
  };
}
