import { describe, expect, test } from 'vitest';
import { LOCK_KEY, type Output } from '../../../../main/core/primitives/coin.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import type { OpenWallet } from '../../../../main/wallet/open/open-wallet.ts';
import type { Draft } from '../../../../main/wallet/payments/drafts.ts';
import { findRepeated, readPastPayments } from '../../../../main/wallet/payments/recent-payments.ts';
import { toMotes } from '../../../../shared/units.ts';

const NOW = 1_900_000_000;
const HALF_AN_HOUR = 1800;
const output = (amount: number, key = 1): Output => ({
  amount: toMotes(amount),
  lockType: LOCK_KEY,
  lock: new Uint8Array(32).fill(key),
});
const transaction = (outputs: readonly Output[]) =>
  createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [{ txid: new Uint8Array(32).fill(9), index: 0 }],
    outputs: [...outputs],
    witness: [new Uint8Array(64)],
  });
const ours = [{ index: 0, coin: {} }];

/** A wallet with one record in no block and one mined one, as far as the past is read. */
function past(unconfirmed: object[], mined: object[], leaving: object[] = []) {
  const records = new Map(
    unconfirmed.map((record) => {
      const full = {
        tx: transaction([output(5)]),
        inputs: ours,
        outputs: [],
        conflict: null,
        replaced: false,
        ...record,
      };
      return [full.tx.txidHex, full];
    }),
  );
  const wallet = {
    id: 'w',
    file: { labels: new Map() },
    ledger: { unconfirmed: records, syncedTo: { height: 10 }, coins: new Map(), revision: 0 },
  } as unknown as OpenWallet;
  const data = {
    async *newest() {
      for (const record of mined)
        yield { tx: transaction([output(7)]), inputs: ours, outputs: [], ...record } as never;
    },
  };
  return readPastPayments({ hrp: 'rkith', data, clock: { now: () => NOW } }, wallet, leaving as Draft[]);
}
const ages = async (...args: Parameters<typeof past>) => (await past(...args)).recent.map(({ age }) => age);

describe('recent payments', () => {
  test('are those of the last half hour, whatever the clock did', async () => {
    expect(await ages([{ firstSeen: NOW - 60 }], [])).toEqual([60]);
    expect(await ages([{ firstSeen: NOW - HALF_AN_HOUR }], [])).toEqual([HALF_AN_HOUR]);
    expect(await ages([{ firstSeen: NOW - HALF_AN_HOUR - 1 }], [])).toEqual([]);
    expect(await ages([{ firstSeen: NOW + 600 }], [])).toEqual([0]);
    expect(await ages([{ firstSeen: NOW + 86_400 }], [])).toEqual([]);
  });
  test('count a mined one from when it was sent, not from its block', async () => {
    expect(await ages([], [{ firstSeen: NOW - 90, time: NOW - 86_400 }])).toEqual([90]);
    expect(await ages([], [{ firstSeen: NOW - 86_400, time: NOW }])).toEqual([]);
  });
  test('do not include payments from other wallets and payments that will not be mined', async () => {
    expect(await ages([{ firstSeen: NOW, inputs: [] }], [{ firstSeen: NOW, time: NOW, inputs: [] }])).toEqual(
      [],
    );
    expect(await ages([{ firstSeen: NOW, replaced: true }], [])).toEqual([]);
    expect(await ages([{ firstSeen: NOW, conflict: 5 }], [])).toEqual([]);
  });
  test('include those of this wallet that are being signed', async () => {
    const unsigned = transaction([output(5)]);
    expect(
      await ages(
        [],
        [],
        [
          { wallet: 'w', unsigned },
          { wallet: 'x', unsigned },
        ],
      ),
    ).toEqual([0]);
  });
});

test('a payment is repeated when one recent payment paid all of its receivers the same', () => {
  const recent = [
    { outputs: [output(5), output(900, 2)], age: 700 },
    { outputs: [output(5)], age: 40 },
  ];
  expect(findRepeated([output(5)], recent)).toBe(40);
  expect(findRepeated([output(5), output(900, 2)], recent)).toBe(700);
  expect(findRepeated([output(5), output(6)], recent)).toBeNull();
  expect(findRepeated([output(5, 3)], recent)).toBeNull();
  expect(findRepeated([output(5)], [])).toBeNull();
});
