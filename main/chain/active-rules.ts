import type { Deployments } from '../core/consensus/deployments.ts';
import type { ActiveRules } from '../core/ledger/spend.ts';
import type { Height } from '../../shared/units.ts';
import type { ChainLine } from './chain-line.ts';
import type { OwnedEntry } from './header-entry.ts';

/** The soft forks in force for the child of a block. */
export function activeRules(deployments: Deployments<OwnedEntry>, parent: OwnedEntry): ActiveRules {
  const active = new Set(
    deployments.all
      .filter((each) => deployments.standingAfter(parent, each).state === 'active')
      .map(({ name }) => name),
  );
  return { policyLock: active.has('policy-lock') };
}

/** The rules as one number, as each connected block remembers them: bit 0 = policy lock. */
export function encodeRules(rules: ActiveRules): number {
  return rules.policyLock ? 1 : 0;
}

/**
 * The lowest height of the active chain that was checked under other rules than those in force there, as this program
 * knows them, beginning with `from`; null when there is none. Rules change only where a period begins, so only there is looked.
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
