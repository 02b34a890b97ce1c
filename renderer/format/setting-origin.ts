import type { SettingSource } from '../../shared/contract/vocabulary.ts';

interface Shown {
  readonly value: unknown;
  readonly next: unknown;
  readonly source: SettingSource;
}

/** Whether a setting with this source cannot be changed here. */
export const isSettingFixed = (source: SettingSource): boolean =>
  source !== 'settings' && source !== 'default';

/** Where the value of a setting comes from, and when it applies; null if there is nothing to say. */
export function settingOrigin({ value, next, source }: Shown): string | null {
  if (source === 'argument') return 'Given as an argument when Kith was started. It cannot be changed here.';
  if (source === 'config-file') return 'Given by the config file. It cannot be changed here.';
  if (source === 'program') return 'This network has a fixed value. It cannot be changed here.';
  if (JSON.stringify(value) !== JSON.stringify(next)) return 'Takes effect when the node is restarted.';
  return source === 'settings' ? 'Changed by you.' : null;
}
