import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { ClockWatch } from '../lib/clock-watch.ts';
import type { Log } from '../lib/log.ts';
import { createQueue, type Queue } from '../lib/queue.ts';
import type { Random } from '../lib/random.ts';
import { type Access, createAccess } from './open/access.ts';
import { type BackupRecords, openBackupRecords } from './backup/backup-records.ts';
import { openWalletFiles, type WalletFiles } from './files/wallet-files.ts';
import { createFollower, type Follower, type FollowerDeps } from './open/chain-follower.ts';
import { type ChainSearches, type ChainSearchesDeps, createChainSearches } from './open/chain-searches.ts';
import { createPasswordAttempts, type PasswordAttempts } from './secrets/password-attempts.ts';
import type { Propagation, SentSpread } from './lists/history.ts';
import type { KeyDeps } from './secrets/key-secrets.ts';
import { nativeSigner, type Signer } from './secrets/native-signer.ts';
import { createWalletFactory, type WalletFactory } from './open/new-wallet.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import { createPending, type Pending } from './open/pending.ts';
import type { WalletChain, WalletContacts, WalletMempool, WalletNetwork } from './ledger/ports.ts';
import { createRecoveringQueue } from './open/recovery.ts';
import { createSessions, type Sessions } from './secrets/sessions.ts';
import { createSpending, type Spending } from './spending.ts';
import { openWalletData, type WalletData } from './ledger/wallet-data.ts';
import { measureKdf } from '../workers/kdf-cost.ts';
import type { KdfParameters } from '../workers/vault.ts';
import { createWalletList, firstRead, type WalletList } from './open/wallet-list.ts';
import { openWalletSettings, type SettingsFile } from './files/wallet-settings.ts';
import { createWalletStore } from './open/wallet-store.ts';
import { removeChecks } from './backup/verify-backup.ts';

export interface WalletsDeps {
  /** The node's data directory; wallets keep `wallets/` and `wallet-data/` in it. */
  readonly directory: string;
  readonly network: WalletNetwork;
  readonly chain: WalletChain;
  readonly mempool: WalletMempool;
  /** None by default. */
  readonly contacts?: WalletContacts | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Reports suspension of the computer, so that an unlocked wallet is locked in time anyway. */
  readonly clockWatch?: Pick<ClockWatch, 'events' | 'elapsedMs'> | undefined;
  readonly log: Log;
  /** Called when a write failed. After that, nothing that the wallets write is certain to be stored. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** How many peers have seen a payment of the wallets; null for one that it did not send since its start. */
  readonly propagationOf?: ((txid: string) => Propagation | null) | undefined;
  /** Which peers of this node have a payment over time; null for one that it did not send since its start. */
  readonly spreadOf?: ((txid: string) => SentSpread | null) | undefined;
  /** Whether the node is at the tip that its peers know; without this always. */
  readonly isSynced?: (() => boolean) | undefined;
  /** Ed25519; libsodium by default. */
  readonly signer?: Signer | undefined;
  /** Counts wrong passwords. Given where nodes follow each other in one process; by default each node has its own. */
  readonly passwordAttempts?: PasswordAttempts | undefined;
  /** Argon2id cost of the files that are written; measured by default. Tests use the lowest that a file may have. */
  readonly kdf?: KdfParameters | undefined;
  /** Called before each change of a wallet file, so that tests can simulate a crash there. */
  readonly fileStep?: ((name: string) => void) | undefined;
}

/** The components of the wallets while they run. */
export interface WalletComponents {
  readonly list: WalletList;
  readonly factory: WalletFactory;
  readonly files: Pick<WalletFiles, 'deleted' | 'remove' | 'finding'>;
  /** The folder of the wallet files. */
  readonly walletFolder: string;
  readonly records: BackupRecords;
  readonly settings: SettingsFile;
  readonly keyDeps: KeyDeps;
  readonly access: Access;
  readonly sessions: Sessions;
  readonly spending: Spending;
  readonly pending: Pending;
  readonly follower: Follower;
  readonly searches: ChainSearches;
  readonly data: WalletData;
  readonly chain: WalletChain;
  /** Argon2id cost of the files that are written; measured at the first call. */
  readonly kdf: () => Promise<KdfParameters>;
  /** Every change of a wallet runs in this queue, one at a time. */
  readonly queue: Queue;
}

const NOTHING_GIVEN: ReadonlyMap<string, string> = new Map();
export const NO_CONTACTS: WalletContacts = {
  nameOf: () => undefined,
  nextAddressOf: () => undefined,
  addresses: () => [],
  wasPaid: () => false,
  isFamiliar: () => false,
  hasUnpaid: () => false,
  given: () => NOTHING_GIVEN,
  paid: () => Promise.resolve(),
  fileText: () => null,
  mergePreview: () => ({ added: 0, kept: [] }),
  merge: () => Promise.resolve(),
};

/** Maximum number of waiting tasks. More mean that the disk does not respond. */
const QUEUE_LIMIT = 10_000;

/** Opens files and database and creates the components. No wallet follows the chain before `follower.wake`. */
export async function openComponents(
  deps: WalletsDeps,
  changed: (name: string) => void,
): Promise<WalletComponents> {
  const { directory, network, chain, mempool, clock, random, log } = deps;
  const keyDeps: KeyDeps = { signer: deps.signer ?? nativeSigner, clock, log };
  const kdf = createKdf(deps);
  const folder = await openFolder(deps);
  const { files } = folder;
  const data = await openWalletData(join(directory, 'wallet-data'), log, deps.onFailure);
  const store = createWalletStore({ data, log });
  const list = createWalletList({ files, store, network, chain, log });
  const access = createAccess({
    passwordAttempts: deps.passwordAttempts ?? createPasswordAttempts({ clock }),
    ...keyDeps,
  });
  const moved = ({ name }: OpenWallet) => changed(name);
  const wallets = () => list.values();
  const from = ({ file }: OpenWallet) => list.scanStartFor(file.identity);
  const renewed = () => {
    searches.forget();
    for (const wallet of wallets()) moved(wallet);
    follower.wake();
  };
  const queue = createRecoveringQueue(createQueue(QUEUE_LIMIT), { data, clock, log, wallets, from, renewed });
  const sessions = createSessions({
    clock,
    elapsedMs: deps.clockWatch?.elapsedMs ?? clock.monotonic,
    locked(id) {
      const wallet = list.byId(id);
      if (wallet !== undefined) changed(wallet.name);
    },
  });
  deps.clockWatch?.events.on('slept', sessions.onResume);
  const nearTip = (wallet: OpenWallet) => follower.nearTip(wallet);
  const pending = createPending({ mempool, chain, data, store, queue, clock, log, wallets, moved, nearTip });

  const { searches, follower } = createFollowing({
    ...{ chain, data, store, queue, clock, log, wallets, moved, sessions, pending },
    firstHeight: (wallet) => firstRead(from(wallet)),
  });
  const spending = createSpending({
    network,
    chain,
    mempool,
    access,
    contacts: deps.contacts ?? NO_CONTACTS,
    data,
    store,
    queue,
    clock,
    random,
    log,
    moved,
    spreadOf: deps.spreadOf ?? (() => null),
    walletById: list.byId,
    signingSecrets: ({ id }) => sessions.signingSecrets(id),
  });
  const creating = { network, chain, files, data, store, list, random, kdf, ...keyDeps, clock };
  const factory = createWalletFactory(creating);
  await openList(list, data).catch(async (error: unknown) => {
    await data.close();
    throw error;
  });
  return {
    ...folder,
    keyDeps,
    list,
    factory,
    access,
    sessions,
    spending,
    pending,
    follower,
    searches,
    data,
    chain,
    kdf,
    queue,
  };
}

/** What brings the wallets to the tip of the chain, and searches it again. */
function createFollowing({
  sessions,
  pending,
  firstHeight,
  ...deps
}: Omit<FollowerDeps, 'reached' | 'passed' | 'secretsOf'> &
  Pick<WalletComponents, 'sessions' | 'pending'> &
  Pick<ChainSearchesDeps, 'firstHeight' | 'clock'>) {
  const secretsOf = ({ id }: OpenWallet) => sessions.derivationSecrets(id);
  const searches: ChainSearches = createChainSearches({
    ...deps,
    firstHeight,
    secretsOf,
    follower: () => follower,
  });
  const reached = createAtTip({ sessions, pending, searches, log: deps.log, moved: deps.moved });
  const follower: Follower = createFollower({ ...deps, secretsOf, reached, passed: searches.passed });
  return { searches, follower };
}

/** What the folder of the wallet files has. */
async function openFolder({ directory, log, fileStep }: WalletsDeps) {
  const walletFolder = join(directory, 'wallets');
  const files = await openWalletFiles({ folder: walletFolder, log, step: fileStep });
  await removeChecks(walletFolder);
  const records = await openBackupRecords(join(walletFolder, 'backups.json'), log);
  const settings = await openWalletSettings(join(walletFolder, 'settings.json'), log);
  return { walletFolder, files, records, settings };
}

/** The cost of the password hash: given, or measured once. A failed measurement is repeated by the next call. */
function createKdf({ kdf, clock }: WalletsDeps): () => Promise<KdfParameters> {
  let measured: Promise<KdfParameters> | null = kdf === undefined ? null : Promise.resolve(kdf);
  return async () => {
    measured ??= measureKdf({ monotonic: clock.monotonic });
    try {
      return await measured;
    } catch (error) {
      measured = null;
      throw error;
    }
  };
}

/**
 * Called when a wallet has read the chain to its tip. Ends a restore, and submits live payments that are not in the
 * mempool.
 */
function createAtTip(
  deps: Pick<WalletComponents, 'sessions' | 'pending' | 'searches'> & Pick<FollowerDeps, 'log' | 'moved'>,
) {
  const { sessions, pending, searches, log, moved } = deps;
  return async (wallet: OpenWallet): Promise<void> => {
    const { restoring } = wallet.ledger.meta();
    await searches
      .reached(wallet, restoring)
      .catch((error: unknown) => log.warn('the end of a search could not be stored', { error }));
    if (restoring) {
      wallet.ledger.set({ restoring: false });
      sessions.release(wallet.id);
      log.info('a restored wallet has reached the tip', {
        name: wallet.name,
        height: wallet.ledger.syncedTo.height,
      });
      moved(wallet);
    }
    pending
      .resubmit(wallet)
      .catch((error: unknown) => log.error('payments could not be submitted again', { error }));
  };
}

/** Opens all wallets. If the database is found to be corrupt, creates it again, once. */
async function openList(list: WalletList, data: WalletData): Promise<void> {
  const corruption = await list.openAll();
  if (corruption === null) return;
  await data.renew(corruption.message, new Map());
  await list.openAll();
}
