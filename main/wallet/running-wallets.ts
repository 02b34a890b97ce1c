import { KithError } from '../lib/errors.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import { retryAfterCorruption } from './open/recovery.ts';
import { openComponents, type WalletComponents, type WalletsDeps } from './wiring.ts';

/** The components of the wallets between start and stop, and access to a wallet by name. */
export interface RunningWallets {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Null before the start, after the stop, and when the wallets cannot be used. */
  readonly opened: WalletComponents | null;
  /** Whether the wallets are open and their searches are read. */
  readonly isStarted: boolean;
  /** Why the wallets cannot be used although the node runs; null when they can. */
  readonly refusal: KithError | null;
  /** @throws {KithError} `stopping`, or why the wallets cannot be used */
  components(): WalletComponents;
  /** @throws {KithError} `wallet-unknown`, or why the wallet cannot be opened */
  get(name: string): OpenWallet;
  /** Runs a query in the queue after the wallet reached the tip, or after the wait for it ended. */
  ask<T>(name: string, query: (wallet: OpenWallet) => Promise<T> | T): Promise<T>;
  /** Runs a change in the queue and notifies the listeners. */
  change<T>(name: string, work: (wallet: OpenWallet) => Promise<T>): Promise<T>;
  /** A wallet was opened. From now on it follows the chain and the mempool. */
  begin(wallet: OpenWallet): void;
}

/** Codes of errors that make the wallets unusable, although the node still starts. */
const REFUSALS = new Set(['wallet-data-newer', 'wallet-data-unusable']);

export function createRunningWallets(deps: WalletsDeps, changed: (name: string) => void): RunningWallets {
  const { log } = deps;
  let opened: WalletComponents | null = null;
  let refusal: KithError | null = null;
  let isStarted = false;

  const components = (): WalletComponents => {
    if (opened === null) throw refusal ?? new KithError('stopping', 'the wallets are not running');
    return opened;
  };
  const get = (name: string) => components().list.get(name);
  const begin = (wallet: OpenWallet) => {
    const { follower, pending, searches, queue } = components();
    // Before the first block that the wallet reads, in the same queue.
    queue
      .run(() => searches.opened(wallet))
      .catch((error: unknown) => log.error('the last search of a wallet could not be read', { error }));
    follower.wake();
    pending
      .readMempool(wallet)
      .catch((error: unknown) => log.error('the mempool could not be read', { error }));
    changed(wallet.name);
  };

  return {
    get opened() {
      return opened;
    },
    get isStarted() {
      return isStarted;
    },
    get refusal() {
      return refusal;
    },
    components,
    get,
    begin,
    async ask(name, query) {
      const wallet = get(name);
      const { follower, queue } = components();
      await follower.nearTip(wallet);
      return retryAfterCorruption(() => queue.run(() => query(wallet)));
    },
    async change(name, work) {
      const wallet = get(name);
      const result = await components().queue.run(() => work(wallet));
      changed(wallet.name);
      return result;
    },
    async start() {
      try {
        opened = await openComponents(deps, changed);
      } catch (error) {
        if (!(error instanceof KithError) || !REFUSALS.has(error.code)) throw error;
        log.error('the wallets cannot be used', { error });
        refusal = error;
      }
      // The searches first: a wallet that moves could replace one that was not read yet.
      await opened?.searches.start();
      isStarted = opened !== null;
      for (const wallet of opened?.list.values() ?? []) begin(wallet);
    },
    async stop() {
      if (opened === null) return;
      const { pending, follower, searches, sessions, data, queue } = opened;
      pending.stop();
      try {
        await searches.stop();
        await follower.stop();
      } finally {
        // Runs also after a failure of the disk: the secrets must be wiped, and the next start needs the database
        // closed.
        await queue.close();
        opened = null;
        isStarted = false;
        sessions.close();
        await data.close();
      }
    },
  };
}
