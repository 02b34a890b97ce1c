/** Converts objects of the chain to shapes of the contract. */
import type {
  BlockInfo,
  CoinInfo,
  HeaderInfo,
  Tip,
  TransactionInfo,
  TransactionOutputInfo,
} from '../../shared/contract/chain.ts';
import {
  MAX_PROJECTED_ENTRIES,
  type MempoolEntryInfo,
  type MempoolProjection,
} from '../../shared/contract/mempool.ts';
import { toHex } from '../core/codec/hex.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import type { Block } from '../core/primitives/block.ts';
import { type Coin, LOCK_BURN, type Output } from '../core/primitives/coin.ts';
import { decodeHeader } from '../core/primitives/header.ts';
import type { Transaction } from '../core/primitives/transaction.ts';
import { isViolation } from '../core/violation.ts';
import type { ChainAccess, ChainEntry, MempoolTransaction, ProjectedBlocks } from './facade.ts';

const workHex = (work: bigint): string => work.toString(16).padStart(64, '0');

export function viewTip(entry: ChainEntry): Tip {
  return { id: entry.id, height: entry.height, time: entry.time, work: workHex(entry.work) };
}

/** The number of confirmations: 1 for the tip, 0 for a block that is not on the active chain. */
export function confirmationsOf(chain: ChainAccess, entry: ChainEntry): number {
  return chain.isActive(entry) ? chain.tip().height - entry.height + 1 : 0;
}

export function viewHeader(chain: ChainAccess, entry: ChainEntry): HeaderInfo {
  const header = decodeHeader(chain.headerBytes(entry));
  if (isViolation(header)) throw new Error(`the index has a header that cannot be decoded: ${entry.id}`);
  return {
    id: entry.id,
    height: entry.height,
    prev: toHex(header.prev),
    merkle: toHex(header.merkle),
    time: header.time,
    bits: header.bits,
    nonce: header.nonce,
    version: header.version,
    hex: toHex(header.bytes),
    work: workHex(entry.work),
    confirmations: confirmationsOf(chain, entry),
  };
}

export function viewBlock(chain: ChainAccess, entry: ChainEntry, block: Block): BlockInfo {
  return {
    ...viewHeader(chain, entry),
    size: block.bytes.length,
    transactions: block.transactions.map((tx) => tx.txidHex),
    hex: toHex(block.bytes),
  };
}

export function viewCoin(coin: Coin): CoinInfo {
  const { amount, lockType, lock, height, coinbase } = coin;
  return { amount, lockType, lock: toHex(lock), height, coinbase };
}

export function viewOutput(output: Output, hrp: string): TransactionOutputInfo {
  const { amount, lockType, lock } = output;
  return { amount, lockType, lock: toHex(lock), address: addressOf(output, hrp) };
}

function addressOf(output: Output, hrp: string): string | null {
  return output.lockType === LOCK_BURN ? null : encodeAddress(hrp, output);
}

/** `spent` has the output that each input spends; null if it is no longer known. */
export function viewTransaction(
  tx: Transaction,
  spent: readonly (Output | null)[],
  place: Pick<TransactionInfo, 'block' | 'height' | 'confirmations' | 'firstSeen'>,
  hrp: string,
): TransactionInfo {
  return {
    txid: tx.txidHex,
    wid: toHex(tx.wid),
    hex: toHex(tx.bytes),
    size: tx.bytes.length,
    fee: feeOf(tx, spent),
    inputs: tx.inputs.map((input, i) => {
      const output = spent[i] ?? null;
      return {
        txid: toHex(input.txid),
        index: input.index,
        amount: output?.amount ?? null,
        address: output === null ? null : addressOf(output, hrp),
      };
    }),
    outputs: tx.outputs.map((output) => viewOutput(output, hrp)),
    ...place,
    version: tx.version,
    validFrom: tx.validFrom,
    expires: tx.expires,
  };
}

// A coinbase has no inputs and pays no fee.
function feeOf(tx: Transaction, spent: readonly (Output | null)[]): number | null {
  if (tx.inputs.length === 0) return null;
  let fee = 0;
  for (let i = 0; i < tx.inputs.length; i++) {
    const output = spent[i];
    if (!output) return null;
    fee += output.amount;
  }
  for (const output of tx.outputs) fee -= output.amount;
  return fee;
}

export function viewMempoolEntry(entry: MempoolTransaction): MempoolEntryInfo {
  // The entry includes itself among its ancestors; the contract does not.
  return {
    txid: entry.txid,
    size: entry.size,
    fee: entry.fee,
    ancestors: entry.ancestors.count - 1,
    time: entry.time,
  };
}

export function viewProjection(projection: ProjectedBlocks, txids: readonly string[]): MempoolProjection {
  const { capacity, blocks, rest, bands, blockOf } = projection;
  return {
    capacity,
    blocks: blocks.map(({ entries, bytes, full, fees }) => {
      const rates = entries.map(({ fee, size }) => fee / size);
      return {
        count: entries.length,
        bytes,
        full,
        fees,
        lowest: rates.reduce((least, rate) => Math.min(least, rate), Infinity),
        highest: rates.reduce((most, rate) => Math.max(most, rate), 0),
        entries: entries.slice(0, MAX_PROJECTED_ENTRIES).map(({ txid, size, fee }) => ({ txid, size, fee })),
      };
    }),
    rest,
    bands: [...bands],
    places: [...new Set(txids)].map((txid) => ({ txid, block: blockOf(txid) })),
  };
}
