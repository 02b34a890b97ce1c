import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { silentLog } from '../../../main/lib/log.ts';
import type { LiveSettings } from '../../../main/node/node-config.ts';
import { NODE_OPTIONS } from '../../../main/node/node-options.ts';
import { openNodeSettings } from '../../../main/node/node-settings.ts';
import { resolveFor } from '../../../main/node/resolve-options.ts';

/** The settings of a bench's node: those of its data directory, which has none. */
export function benchSettings(datadir: string): LiveSettings {
  const resolved = resolveFor(REGTEST_NETWORK, null, { ...NODE_OPTIONS.parse({}), datadir });
  return openNodeSettings({ resolved, canRestart: false, log: () => silentLog });
}
