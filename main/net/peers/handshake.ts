import type { Height } from '../../../shared/units.ts';
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
  /** The lowest height whose body is served, although older ones may be stored; 0 if all are. */
  servesOnlyFrom?(): Height;
}

/** Creates the hello of this node from its current state. */
export function createHandshake({
  network,
  chain,
  clock,
  software,
  holdsSnapshots,
  servesOnlyFrom = () => 0,
}: HandshakeDeps): {
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
      const from = Math.max(chain.lowestServedHeight(), servesOnlyFrom());
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
