import type { Role } from '../../shared/contract/vocabulary.ts';
import type { SetupView } from '../../shared/contract/setups.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import { policyHash } from '../core/ledger/policy-tree.ts';
import { type Lock, LOCK_POLICY } from '../core/primitives/coin.ts';
import { KEY_BYTES } from '../core/primitives/limits.ts';
import { KithError } from '../lib/errors.ts';
import { ownerOf } from './backup/backup-records.ts';
import { CHAIN, CHAINS } from './keys/key-path.ts';
import type { KeySecrets } from './secrets/key-secrets.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import type { WalletChain, WalletNetwork } from './ledger/ports.ts';
import {
  decodePublicKeys,
  fingerprintOf,
  isPublicKeysProblem,
  type PublicKeysFile,
} from './files/public-keys-file.ts';
import type { RunningWallets } from './running-wallets.ts';
import {
  decodeSetup,
  encodeSetup,
  firstKey,
  isSetupProblem,
  isSound,
  MAX_SETUP_KEYS,
  MIN_SETUP_KEYS,
  policyOf,
  type SetupFile,
  setupFingerprint,
} from './files/setup-file.ts';
import { policyTree } from './files/wallet-policy.ts';
import { publicKeysOf } from './watch-only.ts';

/** What an unused wallet becomes. `keys`: the public keys of the other people, as they exported them. */
export type SetupRequest =
  | { readonly kind: 'shared'; readonly m: number; readonly keys: readonly Uint8Array[] }
  | { readonly kind: 'savings'; readonly height: number }
  | {
      readonly kind: 'inheritance';
      readonly height: number;
      readonly role: 'owner' | 'heir';
      readonly keys: readonly Uint8Array[];
    };

interface WithPassword {
  readonly name: string;
  readonly password: string;
  readonly by?: Role;
}

/** Wallets with a policy: shared, time-locked and inheritance wallets. */
export interface Setups {
  /**
   * Turns an unused wallet into one with a policy.
   * @throws {KithError} `setup-inactive`, `setup-used`, `setup-addresses`, `wallet-reading`, `setup-people`, `setup-keys-few`,
   * `setup-height`, `setup-unsynced`, `keys-file-…`, and those of Access
   */
  createSetup(request: WithPassword & { readonly setup: SetupRequest }): Promise<Uint8Array>;
  /**
   * The same with a set-up that another person created, in which the wallet's keys are.
   * @throws {KithError} as `createSetup`, `setup-file-…`, `setup-foreign`, `setup-account`
   */
  joinSetup(request: WithPassword & { readonly setup: Uint8Array }): Promise<void>;
  /** The set-up of a wallet. @throws {KithError} `setup-none` */
  exportSetup(name: string): Uint8Array;
  /** What a set-up says. `wallet`: the wallet here whose keys are in it. @throws {KithError} `setup-file-…` */
  inspectSetup(setup: Uint8Array): SetupView;
}

export interface SetupsDeps {
  readonly network: WalletNetwork;
  readonly chain: Pick<WalletChain, 'tip' | 'nextRules'>;
  readonly running: RunningWallets;
  readonly isSynced: () => boolean;
}

/** The lock of savings and inheritance ends at least this many blocks ahead, and at most fifty years of 60 s blocks. */
const MIN_BLOCKS_AHEAD = 10;
const MAX_BLOCKS_AHEAD = 26_280_000;

export function createSetups(deps: SetupsDeps): Setups {
  const { network, chain, running } = deps;
  const { components, get, change } = running;

  const read = (bytes: Uint8Array): SetupFile => {
    const file = decodeSetup(bytes);
    if (isSetupProblem(file)) throw new KithError(file);
    if (!equalBytes(file.network, network.id)) throw new KithError('setup-file-network');
    return file;
  };
  const apply = async (
    { name, password, by = 'terminal' }: WithPassword,
    fileFor: (wallet: OpenWallet) => SetupFile,
  ): Promise<Uint8Array> => {
    if (!chain.nextRules().policyLock) throw new KithError('setup-inactive');
    const { access, follower, list, records } = components();
    checkUnused(get(name));
    await follower.nearTip(get(name));
    const secrets = await access.keys(get(name), password, by);
    try {
      return await change(name, async (wallet) => {
        checkUnused(wallet);
        checkRead(wallet, chain);
        await wallet.checkKeys(secrets);
        await wallet.extendKeys(secrets, MAX_SETUP_KEYS);
        const file = fileFor(wallet);
        await checkOwnKeys(file, wallet, secrets);
        const setup = encodeSetup(file);
        // A backup of the wallet from before would not bring back the set-up.
        await records.forget(ownerOf(wallet.file));
        // The wallet has read the chain for other locks until now. This is stored first: after a crash between the two,
        // a wallet with a set-up would not have read the chain for its own locks.
        await follower.rewind(wallet, list.scanStartFor(wallet.file.identity).at(-1)!.height);
        await wallet.setSetup(setup, secrets);
        return setup;
      });
    } finally {
      secrets.wipe();
      follower.wake();
    }
  };

  return {
    async createSetup({ setup, ...access }) {
      // A height above a tip that is too low is a day that is too early.
      if (setup.kind !== 'shared' && !deps.isSynced()) throw new KithError('setup-unsynced');
      return apply(access, (wallet) => setupOf(deps, publicKeysOf(network, wallet), setup));
    },
    async joinSetup({ setup, ...access }) {
      const file = read(setup);
      await apply(access, () => file);
    },
    exportSetup(name) {
      const { setup } = get(name).file;
      if (setup === null) throw new KithError('setup-none', undefined, { data: { name } });
      return setup;
    },
    inspectSetup(bytes) {
      const file = read(bytes);
      const wallets = [...(running.opened?.list.values() ?? [])];
      const ownerOf = (person: PublicKeysFile) =>
        wallets.find(({ keyring }) => equalBytes(keyring.key(FIRST), person.receive.subarray(0, KEY_BYTES)));
      return {
        kind: file.kind,
        m: file.m,
        height: file.height,
        fingerprint: setupFingerprint(file),
        people: file.people.map((person) => ({
          name: person.name,
          account: person.account,
          fingerprint: fingerprintOf(person),
          wallet: ownerOf(person)?.name ?? null,
        })),
        keys: Math.min(...file.people.map(({ receive }) => receive.length / KEY_BYTES)),
        changeKeys: Math.min(...file.people.map(({ change }) => change.length / KEY_BYTES)),
        firstAddress: encodeAddress(network.hrp, firstLockOf(file)),
      };
    },
  };
}

const FIRST = { chain: CHAIN.receive, index: 0 } as const;

function checkUnused({ name, kind, ledger, file }: OpenWallet): void {
  const isUsed = CHAINS.some((chain) => ledger.highestUsed[chain] >= 0);
  if (kind !== 'full' || isUsed || ledger.unconfirmed.size > 0)
    throw new KithError('setup-used', undefined, { data: { name } });
  // The wallet would not see payments to them any more. The first address is issued at the creation.
  if (file.issued > 1 || file.requests.length > 0)
    throw new KithError('setup-addresses', undefined, { data: { name } });
}

/** Only a wallet that has read the whole chain knows that it is unused. */
function checkRead({ name, ledger: { syncedTo } }: OpenWallet, chain: SetupsDeps['chain']): void {
  if (syncedTo.id !== chain.tip().id)
    throw new KithError('wallet-reading', undefined, { data: { name, height: syncedTo.height } });
}

/** The set-up of a request. All lists get the length of the shortest, so that all people have the same locks. */
function setupOf({ network, chain }: SetupsDeps, own: PublicKeysFile, request: SetupRequest): SetupFile {
  const others = request.kind === 'savings' ? [] : request.keys.map((keys) => readKeys(network, keys));
  const all = [own, ...others];
  const shortest = (list: 'receive' | 'change') => Math.min(...all.map((each) => each[list].length));
  const [receive, change] = [shortest('receive'), shortest('change')];
  if (Math.min(receive, change) < MIN_SETUP_KEYS * KEY_BYTES)
    throw new KithError('setup-keys-few', undefined, { data: { least: MIN_SETUP_KEYS } });
  const people = all.map((each) => ({
    ...each,
    receive: each.receive.subarray(0, receive),
    change: each.change.subarray(0, change),
  }));
  if (request.kind === 'shared') people.sort((a, b) => (firstKey(a) < firstKey(b) ? -1 : 1));
  else checkHeight(request.height, chain.tip().height);
  if (request.kind === 'inheritance' && request.role === 'heir') people.reverse();
  const { kind } = request;
  const [m, height] = request.kind === 'shared' ? [request.m, 0] : [1, request.height];
  const file = { network: network.id, kind, m, height, people };
  if (!isSound(file)) throw new KithError('setup-people');
  return file;
}

function readKeys(network: WalletNetwork, bytes: Uint8Array): PublicKeysFile {
  const file = decodePublicKeys(bytes);
  if (isPublicKeysProblem(file)) throw new KithError(file);
  if (!equalBytes(file.network, network.id)) throw new KithError('keys-file-network');
  return file;
}

function checkHeight(height: number, tip: number): void {
  const [least, most] = [tip + MIN_BLOCKS_AHEAD, tip + MAX_BLOCKS_AHEAD];
  if (height < least || height > most)
    throw new KithError('setup-height', undefined, { data: { least, most } });
}

/**
 * The keys of the wallet in a set-up must be its own: those of another person would lock coins that it cannot spend. The account
 * in the file too, because a restore creates the account that the file names.
 */
async function checkOwnKeys({ people }: SetupFile, wallet: OpenWallet, secrets: KeySecrets): Promise<void> {
  const own = people.find(({ receive }) =>
    equalBytes(receive.subarray(0, KEY_BYTES), wallet.keyring.key(FIRST)),
  );
  if (own === undefined) throw new KithError('setup-foreign');
  const { account } = wallet.file.identity;
  if (own.account !== account)
    throw new KithError('setup-account', undefined, {
      data: { name: wallet.name, account, other: own.account },
    });
  for (const chain of CHAINS) {
    const listed = chain === CHAIN.receive ? own.receive : own.change;
    const derived = await secrets.publicKeys(chain, 0, listed.length / KEY_BYTES);
    if (!equalBytes(derived, listed)) throw new KithError('setup-foreign');
  }
}

function firstLockOf(file: SetupFile): Lock {
  const tree = policyTree(policyOf(file, 0), file.people[0]!, FIRST);
  return { lockType: LOCK_POLICY, lock: policyHash(tree) };
}
