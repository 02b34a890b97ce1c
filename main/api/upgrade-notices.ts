import type { Notice } from '../../shared/contract/fields.ts';
import type { Upgrades } from './facade.ts';

/** Fewer blocks are not significant. */
const LEAST_WINDOW = 10;

/** Notices about soft forks that most blocks signal and that this version does not know, long before they are active. */
export function findUpgradeNotices({ window, unknown }: Pick<Upgrades, 'window' | 'unknown'>): Notice[] {
  if (window < LEAST_WINDOW) return [];
  const most = unknown.reduce((high, { recent }) => Math.max(high, recent), 0);
  if (most * 2 <= window) return [];
  const message = `An update is needed for a rule that your node doesn't know: ${most} of the newest ${window} blocks prepare for it. Update Kith before that rule comes into force.`;
  return [{ code: 'upgrade-unknown', message }];
}
