import type { Notice } from '../../shared/contract/fields.ts';
import type { Upgrades } from './facade.ts';

/** Fewer blocks say nothing. */
const LEAST_WINDOW = 10;

/** Tells of rules that most miners prepare for and that this program does not know, long before they are in force. */
export function findUpgradeNotices({ window, unknown }: Pick<Upgrades, 'window' | 'unknown'>): Notice[] {
  if (window < LEAST_WINDOW) return [];
  const most = unknown.reduce((high, { recent }) => Math.max(high, recent), 0);
  if (most * 2 <= window) return [];
  const message = `An update is needed for a rule that your node doesn't know: ${most} of the newest ${window} blocks prepare for it. Update Kith before that rule comes into force.`;
  return [{ code: 'upgrade-unknown', message }];
}
