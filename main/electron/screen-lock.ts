import { powerMonitor } from 'electron';
import type { AppSettings } from './app-settings.ts';
import type { NodeClient } from './node-client.ts';

export interface ScreenLockDeps {
  readonly node: Pick<NodeClient, 'view' | 'client'>;
  readonly settings: Pick<AppSettings, 'read'>;
  readonly onError: (error: unknown) => void;
}

/**
 * Locks the wallets when the screen is locked or the computer goes to sleep. Linux has no event for the screen; there
 * only sleep locks them.
 */
export function followScreenLock({ node, settings, onError }: ScreenLockDeps): void {
  const lockAll = (): void => {
    const client = node.client();
    if (client === null || !settings.read().lockWithScreen) return;
    for (const { name, locked } of node.view().wallets.values())
      if (!locked) client.wallet.lock({ name }).catch(onError);
  };
  powerMonitor.on('suspend', lockAll);
  powerMonitor.on('lock-screen', lockAll);
}
