import type { Notice } from '../../shared/contract/fields.ts';
import type { Upgrades } from './facade.ts';

/** A smaller number of blocks is not significant. */
const LEAST_WINDOW = 10;

/**
 * Notices about soft forks that this version does not know and that most blocks signal, long before they are active.
 */
export function findUpgradeNotices({ window, unknown }: Pick<Upgrades, 'window' | 'unknown'>): Notice[] {
  if (window < LEAST_WINDOW) return [];
  const most = unknown.reduce((high, { recent }) => Math.max(high, recent), 0);
  if (most * 2 <= window) return [];
  const message = `Miners signal an upgrade that this version of Kith does not know, in ${most} of the newest ${window} blocks. Update Kith before the upgrade becomes active.`;
  return [{ code: 'upgrade-unknown', message }];
}
