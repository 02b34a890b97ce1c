import type { Role } from '../../shared/contract/vocabulary.ts';
import type { ListedWallet } from '../../shared/contract/wallet.ts';
import type { SettingsChange, WalletSettings } from '../../shared/contract/wallet-settings.ts';
import { ownerOf } from './backup/backup-records.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { deriveSecrets, type KeySecrets } from './secrets/key-secrets.ts';
import { isAddressList } from './open/receiving-keys.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import type { RunningWallets } from './running-wallets.ts';
import { upgradeSeal } from './open/upgrade-seal.ts';
import type { WalletsDeps } from './wiring.ts';
import { wipeSecret } from './secrets/file-secret.ts';

/** Lists the wallets, and locks and unlocks them. */
export interface WalletLocking {
  list(): readonly ListedWallet[];
  settings(): WalletSettings;
  changeSettings(settings: SettingsChange): Promise<WalletSettings>;
  /**
   * Unlocks a wallet, by default for the time of the settings. `by`, here and below, is the kind of connection that the password came
   * over, by default the terminal: the pause after wrong passwords is kept per kind.
   */
  unlock(name: string, password: string, seconds?: number, by?: Role): Promise<void>;
  lock(name: string): void;
}

export interface WalletLockingDeps {
  readonly chain: Pick<WalletsDeps['chain'], 'atHeight' | 'lowestServedHeight'>;
  readonly running: RunningWallets;
  readonly changed: (name: string) => void;
  readonly random: Pick<Random, 'bytes'>;
  readonly log: Log;
}

/** Reads again the blocks in which a wallet may have missed payments, because it knew too few keys. Must be called inside the queue. */
export async function readMissed(
  { chain, running }: Pick<WalletLockingDeps, 'chain' | 'running'>,
  wallet: OpenWallet,
): Promise<void> {
  const since = wallet.ledger.meta().shortSince;
  // Blocks below a snapshot are stored only later, with the history. A later call reads them then: before that, the
  // wallet would lose the payments in the blocks above those that are missing.
  if (since === null || chain.atHeight(since + 1) === undefined) return;
  if (chain.lowestServedHeight() > since + 1) return;
  wallet.ledger.set({ shortSince: null });
  const { follower, searches } = running.components();
  await follower.rewind(wallet, since);
  await searches.rereads(wallet);
}

export function createWalletLocking({
  chain,
  running,
  changed,
  random,
  log,
}: WalletLockingDeps): WalletLocking {
  const { components, get, change } = running;

  /** Owns the secrets also when it fails. */
  const open = async (wallet: OpenWallet, secrets: KeySecrets, seconds: number | null) => {
    try {
      const { sessions } = components();
      await change(wallet.name, async () => {
        await wallet.checkKeys(secrets);
        await wallet.extendKeys(secrets);
        await readMissed({ chain, running }, wallet);
        sessions.unlock(wallet.id, secrets, seconds);
      });
    } catch (error) {
      secrets.wipe();
      throw error;
    }
  };

  return {
    list() {
      if (running.opened === null && running.refusal !== null) return [];
      const { list, sessions, records } = components();
      const opened = new Map([...list.values()].map((wallet) => [wallet.name, wallet]));
      return list.names().map((name) => {
        const wallet = opened.get(name);
        const locked = wallet === undefined || !sessions.isUnlocked(wallet.id);
        const { kind = 'full', file } = wallet ?? {};
        const backup = file === undefined ? null : records.get(ownerOf(file));
        const spendableFrom = wallet?.keyring.spendableFrom ?? 0;
        const fixedAddresses = wallet !== undefined && isAddressList(wallet);
        const phraseChecked = file?.phraseChecked ?? true;
        return { name, locked, phraseChecked, kind, backup, spendableFrom, fixedAddresses };
      });
    },
    async unlock(name, password, seconds, by = 'terminal') {
      const { access, follower, keyDeps, kdf, queue, settings } = components();
      const { autoLockMinutes } = settings.read();
      const until = seconds ?? (autoLockMinutes === 0 ? null : autoLockMinutes * 60);
      const wallet = get(name);
      const secret = await access.secret(wallet, password, by);
      try {
        const secrets = await deriveSecrets(secret, wallet.file.identity.account, keyDeps);
        await open(wallet, secrets, until);
      } catch (error) {
        wipeSecret(secret);
        throw error;
      }
      follower.wake();
      void upgradeSeal(wallet, secret, password, { kdf, queue, random, log });
    },
    settings: () => components().settings.read(),
    async changeSettings(changes) {
      const { settings, queue } = components();
      await queue.run(() => settings.change(changes));
      return settings.read();
    },
    lock(name) {
      const wallet = get(name);
      components().sessions.lock(wallet.id);
      changed(wallet.name);
    },
  };
}
