import type { Notice } from '../../shared/contract/fields.ts';
import { sentenceFor } from '../../shared/errors.ts';
import { toHex } from '../core/codec/hex.ts';
import { CHAIN } from './keys/key-path.ts';
import type { KithError } from '../lib/errors.ts';
import type { WalletComponents } from './wiring.ts';

type Components = Pick<WalletComponents, 'data' | 'list' | 'chain' | 'sessions' | 'files'>;

/** Notices about the wallets for the user. `components` is null when `refusal` says why the wallets cannot be used. */
export function findWalletNotices(components: Components | null, refusal: KithError | null): Notice[] {
  if (components === null) return refusal === null ? [] : [noticeOf(refusal.code, refusal.data)];
  return [
    ...databaseNotices(components),
    ...fileNotices(components),
    ...keyNotices(components),
    ...sameKeysNotices(components),
  ];
}

/** For wallets whose file was not as it was written last. */
function fileNotices({ list, files }: Components): Notice[] {
  return [...list.values()].flatMap(({ name }) => {
    const finding = files.finding(name);
    return finding === null ? [] : [noticeOf(finding, { name })];
  });
}

/** For locked wallets that may miss payments, because they cannot derive the keys to look for. */
function keyNotices({ list, sessions }: Components): Notice[] {
  return [...list.values()]
    .filter((wallet) => wallet.unlockMayFindPayments() && sessions.derivationSecrets(wallet.id) === null)
    .map(({ name, kind }) =>
      noticeOf(kind === 'watch-only' ? 'wallet-watch-short' : 'wallet-keys-short', { name }),
    );
}

/**
 * For wallets with the same keys: restored twice, or a wallet file copied from another computer. A watch-only wallet may be
 * beside the one that it watches.
 */
function sameKeysNotices({ list }: Components): Notice[] {
  const byFirstKey = new Map<string, string[]>();
  for (const { name, keyring, kind } of list.values()) {
    if (kind === 'watch-only') continue;
    const key = toHex(keyring.lock({ chain: CHAIN.receive, index: 0 }).lock);
    byFirstKey.set(key, [...(byFirstKey.get(key) ?? []), name]);
  }
  return [...byFirstKey.values()].flatMap(([other, ...names]) =>
    names.map((name) => noticeOf('wallet-keys-twice', { name, other })),
  );
}

function databaseNotices({ data, list, chain }: Components): Notice[] {
  if (data.renewedBecause === null) return [];
  const behind = [...list.values()].filter(({ ledger }) => ledger.meta().restoring);
  if (behind.length === 0) return [noticeOf('wallet-data-rebuilt')];
  const height = Math.min(...behind.map(({ ledger }) => ledger.syncedTo.height));
  return [noticeOf('wallet-data-rebuilding', { height, of: chain.tip().height })];
}

function noticeOf(code: string, data?: Readonly<Record<string, unknown>>): Notice {
  return { code, message: sentenceFor(code, data) };
}
