import type { Deployments } from '../core/consensus/deployments.ts';
import type { ActiveRules } from '../core/ledger/spend.ts';
import type { Height } from '../../shared/units.ts';
import type { ChainLine } from './chain-line.ts';
import type { OwnedEntry } from './header-entry.ts';

/** The soft forks that are active for the child of a block. */
export function activeRules(deployments: Deployments<OwnedEntry>, parent: OwnedEntry): ActiveRules {
  const active = new Set(
    deployments.all
      .filter((each) => deployments.standingAfter(parent, each).state === 'active')
      .map(({ name }) => name),
  );
  return { policyLock: active.has('policy-lock') };
}

/** The rules as a bit field, stored with each connected block: bit 0 = policy lock. */
export function encodeRules(rules: ActiveRules): number {
  return rules.policyLock ? 1 : 0;
}

/**
 * The lowest height from `from` on whose block was checked under other rules than those active there according to this
 * version; null when there is none. Rules change only at the start of a period, so only those blocks are examined.
 */
export function firstOutdated(
  active: ChainLine<OwnedEntry>,
  period: number,
  rulesFor: (parent: OwnedEntry) => ActiveRules,
  from: Height = 1,
): Height | null {
  for (let height = from; height <= active.tip.height; height = nextPeriod(height, period)) {
    const entry = active.at(height)!;
    if (entry.rules !== encodeRules(rulesFor(entry.prev!))) return height;
  }
  return null;
}

function nextPeriod(height: Height, period: number): Height {
  return (Math.floor(height / period) + 1) * period;
}
