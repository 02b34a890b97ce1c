import type { Role } from '../../shared/contract/vocabulary.ts';
import type { ListedWallet } from '../../shared/contract/wallet.ts';
import type { KeySecrets } from './key-secrets.ts';
import type { OpenWallet } from './open-wallet.ts';
import type { RunningWallets } from './running-wallets.ts';
import type { WalletsDeps } from './wiring.ts';

/** Lists the wallets, and locks and unlocks them. */
export interface WalletLocking {
  list(): readonly ListedWallet[];
  /**
   * Unlocks a wallet, for 15 minutes by default. `by`, here and below, is the kind of connection that the password came
   * over, by default the terminal: the pause after wrong passwords is kept per kind.
   */
  unlock(name: string, password: string, seconds?: number, by?: Role): Promise<void>;
  lock(name: string): void;
}

export interface WalletLockingDeps {
  readonly chain: Pick<WalletsDeps['chain'], 'atHeight' | 'hasBody'>;
  readonly running: RunningWallets;
  readonly changed: (name: string) => void;
}

const UNLOCKED_SECONDS = 900;

/** Reads again the blocks in which a wallet may have missed payments, because it knew too few keys. Must be called inside the queue. */
export async function readMissed(
  { chain, running }: Pick<WalletLockingDeps, 'chain' | 'running'>,
  wallet: OpenWallet,
): Promise<void> {
  const since = wallet.ledger.meta().shortSince;
  // Blocks below a snapshot are stored only later, with the history. A later call reads them then.
  const first = since === null ? undefined : chain.atHeight(since + 1);
  if (since === null || first === undefined || !chain.hasBody(first.id)) return;
  wallet.ledger.set({ shortSince: null });
  await running.components().follower.rewind(wallet, since);
}

export function createWalletLocking({ chain, running, changed }: WalletLockingDeps): WalletLocking {
  const { components, get, change } = running;

  const open = async (wallet: OpenWallet, secrets: KeySecrets, seconds: number) => {
    await wallet.checkKeys(secrets);
    await wallet.extendKeys(secrets);
    await readMissed({ chain, running }, wallet);
    components().sessions.unlock(wallet.id, secrets, seconds);
  };

  return {
    list() {
      if (running.opened === null && running.refusal !== null) return [];
      const { list, sessions } = components();
      const opened = new Map([...list.values()].map((wallet) => [wallet.name, wallet]));
      return list.names().map((name) => {
        const wallet = opened.get(name);
        const locked = wallet === undefined || !sessions.isUnlocked(wallet.id);
        const { kind = 'full', file } = wallet ?? {};
        return { name, locked, phraseChecked: file?.phraseChecked ?? true, kind };
      });
    },
    async unlock(name, password, seconds = UNLOCKED_SECONDS, by = 'terminal') {
      const { access, follower } = components();
      const secrets = await access.keys(get(name), password, by);
      await change(name, (wallet) => open(wallet, secrets, seconds));
      follower.wake();
    },
    lock(name) {
      const wallet = get(name);
      components().sessions.lock(wallet.id);
      changed(wallet.name);
    },
  };
}
