import type { ChainUpgrades } from '../../shared/contract/chain.ts';
import { group } from './number.ts';

type Upgrade = ChainUpgrades['upgrades'][number];

const NAMES: Readonly<Record<string, string>> = { 'policy-lock': 'Conditional locks' };

/** Display name of a soft fork. */
export const upgradeName = ({ name }: Pick<Upgrade, 'name'>): string => NAMES[name] ?? name;

/** The state of a soft fork (protocol.md §13), with the share of blocks that signal it. */
export function upgradeWords(
  upgrade: Upgrade,
  all: Pick<ChainUpgrades, 'period' | 'threshold' | 'blocks'>,
): string {
  const { state, since, activeAt, signalled } = upgrade;
  switch (state) {
    case 'defined':
      return 'signalling has not started';
    case 'started':
      return `signalled by ${group(signalled)} of ${group(all.blocks)} blocks of this period; ${group(all.threshold)} of ${group(all.period)} lock it in`;
    case 'locked-in':
      return `locked in at block ${group(since)}, active from block ${group(activeAt ?? since)} on`;
    case 'active':
      return `active since block ${group(since)}`;
    case 'failed':
      return `failed at block ${group(since)}`;
  }
}
