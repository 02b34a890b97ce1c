import type { ChainUpgrades } from '../../shared/contract/chain.ts';
import { group } from './number.ts';

type Upgrade = ChainUpgrades['upgrades'][number];

const NAMES: Readonly<Record<string, string>> = { 'policy-lock': 'Conditional locks' };

/** What a new rule is about, for people. */
export const upgradeName = ({ name }: Pick<Upgrade, 'name'>): string => NAMES[name] ?? name;

/** Where a rule stands, in a sentence with its share of the blocks. */
export function upgradeWords(
  upgrade: Upgrade,
  all: Pick<ChainUpgrades, 'period' | 'threshold' | 'blocks'>,
): string {
  const { state, since, activeAt, signalled } = upgrade;
  switch (state) {
    case 'defined':
      return 'not voted on yet';
    case 'started':
      return `miners vote: ${group(signalled)} of ${group(all.blocks)} blocks of this period for it; ${group(all.threshold)} of ${group(all.period)} decide`;
    case 'locked-in':
      return `decided at block ${group(since)}, in force from block ${group(activeAt ?? since)} on`;
    case 'active':
      return `in force since block ${group(since)}`;
    case 'failed':
      return `dropped at block ${group(since)}`;
  }
}
