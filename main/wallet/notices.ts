import type { Notice } from '../../shared/contract/fields.ts';
import { sentenceFor } from '../../shared/errors.ts';
import { toHex } from '../core/codec/hex.ts';
import { CHAIN } from './key-path.ts';
import type { KithError } from '../lib/errors.ts';
import type { WalletComponents } from './wiring.ts';

type Parts = Pick<WalletComponents, 'data' | 'list' | 'chain' | 'sessions'>;

/** Notices about the wallets for the user. `parts` is null when `refusal` says why the wallets cannot be used. */
export function findWalletNotices(parts: Parts | null, refusal: KithError | null): Notice[] {
  if (parts === null) return refusal === null ? [] : [noticeOf(refusal.code, refusal.data)];
  return [...databaseNotices(parts), ...keyNotices(parts), ...sameKeysNotices(parts)];
}

/** For locked wallets that may miss payments, because they cannot derive the keys to look for. */
function keyNotices({ list, sessions }: Parts): Notice[] {
  return [...list.values()]
    .filter((wallet) => wallet.wantsUnlocking() && sessions.any(wallet.id) === null)
    .map(({ name }) => noticeOf('wallet-keys-short', { name }));
}

/** For wallets with the same keys: restored twice, or a wallet file copied from another computer. */
function sameKeysNotices({ list }: Parts): Notice[] {
  const byFirstKey = new Map<string, string[]>();
  for (const { name, keyring } of list.values()) {
    const key = toHex(keyring.lock({ chain: CHAIN.receive, index: 0 }).lock);
    byFirstKey.set(key, [...(byFirstKey.get(key) ?? []), name]);
  }
  return [...byFirstKey.values()].flatMap(([other, ...names]) =>
    names.map((name) => noticeOf('wallet-keys-twice', { name, other })),
  );
}

function databaseNotices({ data, list, chain }: Parts): Notice[] {
  if (data.renewedBecause === null) return [];
  const behind = [...list.values()].filter(({ ledger }) => ledger.meta().restoring);
  if (behind.length === 0) return [noticeOf('wallet-data-rebuilt')];
  const height = Math.min(...behind.map(({ ledger }) => ledger.syncedTo.height));
  return [noticeOf('wallet-data-rebuilding', { height, of: chain.tip().height })];
}

function noticeOf(code: string, data?: Readonly<Record<string, unknown>>): Notice {
  return { code, message: sentenceFor(code, data) };
}
