import { totalEmission } from '../core/consensus/params.ts';
import type { Network } from '../core/params/network.ts';
import { api, type HandlerDeps } from './base.ts';

/** Whether blocks can be generated on request: only on networks without value, for tests and demos. */
export function generates(network: Network): boolean {
  return !network.founded && (network.name === 'regtest' || network.name === 'local');
}

export function createNetworkHandlers({ node }: HandlerDeps) {
  const { network } = node;
  const { spacing, maturity, subsidy, halving } = network.params;
  return api.network.router({
    activity: api.network.activity.handler(() => node.activity()),
    reachability: api.network.reachability.handler(() => node.reachability.read()),
    testReachability: api.network.testReachability.handler(() => {
      node.reachability.test();
      return {};
    }),
    countryData: api.network.countryData.handler(async () => ({ origin: await node.countryData() })),
    knownAddresses: api.network.knownAddresses.handler(() => node.knownAddresses()),
    arrivals: api.network.arrivals.handler(({ input }) => [...node.arrivals(input.limit, input.id)]),
    info: api.network.info.handler(() => ({
      name: network.name,
      id: network.idHex,
      hrp: network.hrp,
      spacing,
      maturity,
      subsidy,
      halving,
      emission: totalEmission(network.params),
      defaultPort: network.defaultPort,
      launched: network.launched,
      founded: network.founded,
      generates: generates(network),
    })),
  });
}
