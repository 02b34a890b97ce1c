import type { Block } from '../../core/primitives/block.ts';
import type { Outpoint, OutpointKey } from '../../core/primitives/outpoint.ts';
import { outpointKey } from '../../core/primitives/outpoint.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import { prefixesOf } from './block-prefixes.ts';
import { type Keyring, prefixOf } from './keyring.ts';
import type { OwnCoin, OwnInput, OwnOutput, UnconfirmedRecord } from './wallet-records.ts';

/**
 * Finds the inputs and outputs of a transaction that belong to the wallet. Used for every transaction of every block.
 */
export interface Matcher {
  outputs(tx: Transaction): OwnOutput[];
  inputs(tx: Transaction): OwnInput[];
  /**
   * Positions of the transactions of a block that may concern the wallet, ascending; with one lookup for each input and output.
   * An unconfirmed transaction of the wallet is always among them, because the outpoints that it spends are watched. Each position
   * is decided when it is asked for: a transaction may spend a coin of an earlier one of the same block, which is watched after the
   * caller has connected that one.
   */
  candidates(block: Block): Generator<number>;
  /** A cheap filter with one lookup: false for most outpoints that do not concern the wallet, true for all others. */
  mayConcern(outpoint: Outpoint): boolean;
  /** From now on `mayConcern` is true for outputs of this transaction. Only the first 4 bytes of `txid` are read. */
  watch(txid: Uint8Array): void;
  setKeyring(keyring: Keyring): void;
}

export interface MatcherDeps {
  readonly keyring: Keyring;
  readonly coins: ReadonlyMap<OutpointKey, OwnCoin>;
  readonly unconfirmed: ReadonlyMap<string, UnconfirmedRecord>;
}

export function createMatcher(deps: MatcherDeps): Matcher {
  let { keyring } = deps;
  // Entries are never removed: an outdated entry only costs another lookup.
  const watched = new Set<number>();
  const mayConcern = (outpoint: Outpoint) => watched.has(prefixOf(outpoint.txid));

  return {
    outputs(tx) {
      const found: OwnOutput[] = [];
      for (let index = 0; index < tx.outputs.length; index++) {
        const keyPath = keyring.find(tx.outputs[index]!);
        if (keyPath !== undefined) found.push({ index, keyPath });
      }
      return found;
    },
    inputs(tx) {
      const found: OwnInput[] = [];
      for (let index = 0; index < tx.inputs.length; index++) {
        const input = tx.inputs[index]!;
        if (!mayConcern(input)) continue;
        const key = outpointKey(input);
        const coin = deps.coins.get(key) ?? unconfirmedCoin(key, deps.unconfirmed);
        if (coin !== undefined) found.push({ index, coin });
      }
      return found;
    },
    *candidates(block) {
      const { outputs, inputs, outputEnds, inputEnds } = prefixesOf(block);
      let [output, input] = [0, 0];
      for (let position = 0; position < outputEnds.length; position++) {
        let isFound = false;
        for (const end = outputEnds[position]!; output < end; output++)
          isFound ||= keyring.hasPrefix(outputs[output]!);
        for (const end = inputEnds[position]!; input < end; input++) isFound ||= watched.has(inputs[input]!);
        if (isFound) yield position;
      }
    },
    mayConcern,
    watch: (txid) => void watched.add(prefixOf(txid)),
    setKeyring(next) {
      keyring = next;
    },
  };
}

/** An output of an unconfirmed transaction, as a coin. */
function unconfirmedCoin(
  key: OutpointKey,
  unconfirmed: ReadonlyMap<string, UnconfirmedRecord>,
): OwnCoin | undefined {
  const record = unconfirmed.get(key.slice(0, 64));
  const index = Number(key.slice(65));
  const output = record?.outputs.find((own) => own.index === index);
  if (record === undefined || output === undefined) return undefined;
  return { amount: record.tx.outputs[index]!.amount, keyPath: output.keyPath, height: 0, coinbase: false };
}
