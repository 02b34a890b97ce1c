import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../../main/core/networks/built-in.ts';
import { coinbaseOf, extend, newDirectory, openTestChain, testKey } from '../../../support/test-chain.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import { pay } from '../../../support/test-chain.ts';
import { toMotes } from '../../../../shared/units.ts';

const SIGNALLING = { header: { version: 0x2000_0001 } };
const OLD = { ...REGTEST_NETWORK, deployments: [] };

test('a node that upgraded late checks again what it connected before it knew the rule', async () => {
  const directory = newDirectory();
  const old = await openTestChain({ directory, network: OLD });
  const first = await extend(old, SIGNALLING);
  // Periods of 20: started at 20, locked in at 40, active from 80 on.
  for (let height = 2; height < 80; height++) await extend(old, SIGNALLING);
  const locked = pay(old, [coinbaseOf(first)], testKey(1).secret, [
    { amount: 1_000_000_000, lock: { lockType: 1, lock: new Uint8Array(32) } },
  ]);
  await extend(old, { ...SIGNALLING, transactions: [locked] });
  const honest = old.tip();
  const stolen = createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [{ txid: locked.txid, index: 0 }],
    outputs: [{ amount: toMotes(999_000_000), ...testKey(2).lock }],
    witness: [new Uint8Array(0)],
  });
  await extend(old, { ...SIGNALLING, transactions: [stolen] });
  await extend(old, SIGNALLING);
  expect(old.tip().height).toBe(82);
  await old.close();

  const upgraded = await openTestChain({ directory });
  await expect.poll(() => upgraded.tip().id).toBe(honest.id);
  expect(upgraded.bestHeader().id).toBe(honest.id);
  await extend(upgraded);
  expect(upgraded.tip().height).toBe(81);
  await upgraded.close();
});
