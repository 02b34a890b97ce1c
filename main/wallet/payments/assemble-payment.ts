import type { DraftPayment } from '../../../shared/contract/payment.ts';
import type { Height } from '../../../shared/units.ts';
import { toHex } from '../../core/codec/hex.ts';
import { encodeAddress } from '../../core/primitives/address.ts';
import type { Output } from '../../core/primitives/coin.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import { numberBelow, type Random } from '../../lib/random.ts';
import type { CoinChoice } from './spendable-coins.ts';
import { createUnsigned } from './unsigned-payment.ts';

/** The parts of a planned payment. */
export interface PaymentParts {
  readonly validFrom: Height;
  readonly expires: Height;
  readonly inputs: readonly CoinChoice[];
  readonly paid: readonly Output[];
  /** The change output; an amount of 0 for none. */
  readonly change: Output;
  readonly fee: number;
  /** Whether the user chose the coins. */
  readonly coinsChosen: boolean;
  /** Bytes of the witness item of each input. */
  readonly witnessBytes: number;
}

/** The transaction to sign, and the payment as the user sees it, without warnings. */
export interface AssembledPayment {
  readonly unsigned: Transaction;
  readonly view: Omit<DraftPayment, 'draft' | 'warnings'>;
}

export function assemblePayment(
  parts: PaymentParts,
  hrp: string,
  random: Pick<Random, 'number'>,
): AssembledPayment {
  const { validFrom, expires, inputs, paid, change, fee, coinsChosen, witnessBytes } = parts;
  const outputs = withChange(paid, change, random);
  const unsigned = createUnsigned({
    validFrom,
    expires,
    inputs: inputs.map((coin) => coin.outpoint),
    outputs,
    witnessBytes,
  });
  const view = {
    fee,
    // A remainder below dust is added to the fee, so this rate may exceed the requested one.
    feerate: Math.floor((fee / unsigned.bytes.length) * 100) / 100,
    inputs: inputs.map(({ outpoint, amount }) => ({
      txid: toHex(outpoint.txid),
      index: outpoint.index,
      amount,
    })),
    outputs: outputs.map((output) => ({
      address: encodeAddress(hrp, output),
      amount: output.amount,
      change: output.lock === change.lock,
    })),
    expires,
    replaces: null,
    coinsChosen,
  };
  return { unsigned, view };
}

/** Inserts the change at a random index, so that its position does not reveal which output it is. */
function withChange(
  paid: readonly Output[],
  change: Output,
  random: Pick<Random, 'number'>,
): readonly Output[] {
  const outputs = [...paid];
  if (change.amount > 0) outputs.splice(numberBelow(random, outputs.length + 1), 0, change);
  return outputs;
}

/**
 * A payment expires no later than the unconfirmed payments whose outputs it spends, because it cannot be mined without
 * them.
 */
export function inheritedExpiry(coins: readonly CoinChoice[], wanted: Height): Height {
  const all = [wanted, ...coins.map((coin) => coin.inheritedExpiry ?? 0)].filter((expires) => expires !== 0);
  return all.length === 0 ? 0 : Math.min(...all);
}
