import type { Notice } from '../../shared/contract/fields.ts';
import type { Upgrades } from './facade.ts';

/** A smaller number of blocks is not significant. */
const MIN_WINDOW_BLOCKS = 10;

/**
 * Returns a warning if more than half of the recent blocks signal a version bit that this version does not know (an
 * unknown soft fork).
 */
export function findUpgradeNotices({ window, unknown }: Pick<Upgrades, 'window' | 'unknown'>): Notice[] {
  if (window < MIN_WINDOW_BLOCKS) return [];
  const most = unknown.reduce((high, { recent }) => Math.max(high, recent), 0);
  if (most * 2 <= window) return [];
  const message = `Miners signal an upgrade that this version of Kith does not know, in ${most} of the newest ${window} blocks. Update Kith before the upgrade becomes active.`;
  return [{ code: 'upgrade-unknown', message }];
}
