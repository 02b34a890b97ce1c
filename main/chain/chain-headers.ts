import { medianTimePast } from '../core/consensus/header-rules.ts';
import type { Network } from '../core/params/network.ts';
import type { Deployments } from '../core/consensus/deployments.ts';
import { activeRules } from './active-rules.ts';
import type { ChainHeaders, ChainRules } from './chain.ts';
import type { IndexedChain } from './chain-line.ts';
import { bitsAfter } from './header-acceptor.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';
import { headersAfter, locatorFrom } from './locator.ts';
import { createUpgrades } from './upgrades.ts';

export interface ChainHeadersDeps {
  readonly index: HeaderIndex;
  readonly active: IndexedChain<OwnedEntry>;
}

export function createChainHeaders({ index, active }: ChainHeadersDeps): ChainHeaders {
  const { best } = index;
  return {
    tip: () => active.tip,
    bestHeader: () => best.tip,
    entry: (id) => index.get(id),
    atHeight: (height) => active.at(height),
    isActive: (entry) => active.has(entry as OwnedEntry),
    headerBytes: (entry) => index.headerBytes(entry),
    locator: (from) => locatorFrom((from as OwnedEntry | undefined) ?? best.tip, best, index),
    headersAfter: (locator, max) => headersAfter(locator, max, best.has(active.tip) ? best : active, index),
  };
}

export interface ChainRulesDeps {
  readonly network: Network;
  readonly active: Pick<IndexedChain<OwnedEntry>, 'tip'>;
  readonly deployments: Deployments<OwnedEntry>;
}

export function createChainRules({ network, active, deployments }: ChainRulesDeps): ChainRules {
  return {
    medianTime: () => medianTimePast(active.tip),
    nextBits: () => bitsAfter(active.tip, network),
    nextVersion: () => deployments.versionAfter(active.tip),
    nextRules: () => activeRules(deployments, active.tip),
    upgrades: createUpgrades(deployments, network.params, () => active.tip),
  };
}
