import type { Deployments } from '../core/consensus/deployments.ts';
import type { ActiveRules } from '../core/ledger/spend.ts';
import type { OwnedEntry } from './header-entry.ts';

/** The soft forks that are active for the child of a block. */
export function activeRules(deployments: Deployments<OwnedEntry>, parent: OwnedEntry): ActiveRules {
  const active = new Set(
    deployments.all
      .filter((each) => deployments.stateAfter(parent, each).state === 'active')
      .map(({ name }) => name),
  );
  return { policyLock: active.has('policy-lock') };
}

/** The rules as a bit field, stored with each connected block: bit 0 = policy lock. */
export function encodeRules(rules: ActiveRules): number {
  return rules.policyLock ? 1 : 0;
}
