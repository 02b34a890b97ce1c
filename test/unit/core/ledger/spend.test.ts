import { expect, test } from 'vitest';
import { JobList } from '../../../../main/core/ledger/jobs.ts';
import { checkSpend } from '../../../../main/core/ledger/spend.ts';
import { REGTEST_NETWORK } from '../../../../main/core/params/built-in-networks.ts';
import type { Coin } from '../../../../main/core/primitives/coin.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../../main/core/violation.ts';

const payment = createTransaction({
  version: 1,
  validFrom: 0,
  expires: 0,
  inputs: [{ txid: new Uint8Array(32).fill(0xab), index: 3 }],
  outputs: [{ amount: 1 as never, lockType: 0, lock: new Uint8Array(32) }],
  witness: [new Uint8Array(64)],
});
const young: Coin = { amount: 5 as never, lockType: 0, lock: new Uint8Array(32), height: 10, coinbase: true };

test.each([
  ['coin-missing', undefined],
  ['coin-immature', young],
] as const)('%s names the coin in a form that people and logs can read', (code, coin) => {
  const { id: networkId, params } = REGTEST_NETWORK;
  const context = { networkId, params, height: 11, rules: { policyLock: false }, coin: () => coin };
  const verdict = checkSpend(payment, context, new JobList());
  expect(verdict).toMatchObject({ code, evidence: { index: 0, coin: `${'ab'.repeat(32)}:3` } });
  expect(isViolation(verdict)).toBe(true);
});
