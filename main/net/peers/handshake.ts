import type { Service } from '../../../shared/contract/vocabulary.ts';
import type { Network } from '../../core/params/network.ts';
import type { Time } from '../../lib/clock.ts';
import type { Chain } from '../../chain/chain.ts';
import { hexToHash } from '../../storage/keys.ts';
import { type Hello, PROTOCOL_VERSION, type TipClaim } from '../protocol/hello.ts';

export interface HandshakeDeps {
  readonly network: Network;
  readonly chain: Pick<Chain, 'tip' | 'lowestServedHeight'>;
  readonly clock: Pick<Time, 'now'>;
  readonly software: string;
  holdsSnapshots(): boolean;
}

/** Creates the hello of this node from its current state. */
export function createHandshake({ network, chain, clock, software, holdsSnapshots }: HandshakeDeps): {
  claim(): TipClaim;
  handshake(): Hello;
} {
  const claim = (): TipClaim => {
    const { height, work, id } = chain.tip();
    return { height, work, id: hexToHash(id) };
  };
  const services = (pruned: boolean): Service[] => [
    pruned ? 'pruned' : 'archive',
    ...(holdsSnapshots() ? (['snapshots'] as const) : []),
    'relay',
  ];
  return {
    claim,
    handshake() {
      const from = chain.lowestServedHeight();
      return {
        networkId: network.id,
        versionMin: PROTOCOL_VERSION,
        versionMax: PROTOCOL_VERSION,
        software,
        services: services(from > 1),
        servesFrom: from > 1 ? from : 0,
        clock: clock.now(),
        ...claim(),
      };
    },
  };
}
