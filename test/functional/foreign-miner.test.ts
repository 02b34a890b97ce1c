/** docs/protocol.md is complete: a miner written from it alone makes blocks that the real chain and a real node accept. */
import { systemClock } from '../../main/lib/clock.ts';
import { expect, test } from 'vitest';
import { builtInNetwork } from '../../main/core/params/built-in-networks.ts';
import {
  bodyOf,
  cat,
  coinsOf,
  H,
  Key,
  Miner,
  shown,
  total,
  type Transaction,
  transaction,
  u32,
  u8,
  varuint,
} from '../support/chain/foreign-miner.ts';
import { startNodeProcess } from '../support/nodes/node-process.ts';
import { openTestChain } from '../support/chain/test-chain.ts';

test('the chain accepts blocks of an independent miner with payments, snapshot roots and a policy lock', async () => {
  const chain = await openTestChain({ network: builtInNetwork('regtest')! });
  const miner = new Miner('regtest');
  const add = async (payments: readonly Transaction[] = []) =>
    expect(await chain.submitBlock(miner.block(payments))).toMatchObject({ status: 'connected' });
  // It signals bit 0 from the beginning, so the policy lock is active from height 80 on.
  miner.version = 0x20000001;
  for (let i = 0; i < 6; i++) await add();

  // Three payments in one block, each spending the one before, through a lock that is free to spend and a burnt output.
  const first = miner.pay(
    [miner.reward()],
    [
      { amount: 1_500_000_000, ...miner.key.lock },
      { amount: 300_000_000, lockType: 7, lock: Buffer.from('free') },
      { amount: 1, lockType: 255, lock: Buffer.from('burnt') },
    ],
    5,
    7,
  );
  const other = new Key(2);
  const second = miner.pay(coinsOf(first, 7).slice(0, 2), [{ amount: 1_700_000_000, ...miner.key.lock }]);
  const policy = policyOf(miner.key, other, 90);
  const third = miner.pay(coinsOf(second, 7), [{ amount: 1_600_000_000, lockType: 1, lock: policy.lock }]);
  await add([first, second, third]);

  while (miner.tip.height < 90) await add();
  const [locked] = coinsOf(third, 7);
  const outputs = [{ amount: 1_500_000_000, ...other.lock }];
  const body = bodyOf([locked!], outputs);
  const sighash = H(0x03, miner.networkId, body, shown(locked!));
  const message = H(0x0e, sighash, u32(0), policy.claims);
  await add([transaction([locked!], outputs, body, [policy.witness(other.sign(message))])]);
  expect(chain.tip()).toMatchObject({ height: 91, id: miner.tip.id.toString('hex') });
  expect(chain.totals()).toMatchObject({ coins: miner.coins.size, total: total([...miner.coins.values()]) });
  await chain.close();
});

/** Two of: the first key, the second key, height. The second key and the height are claimed. */
function policyOf(one: Key, two: Key, height: number) {
  const hidden = H(0x0a, u8(0x00), one.publicKey);
  const leaves = [hidden, H(0x0a, u8(0x00), two.publicKey), H(0x0a, u8(0x02), varuint(height))];
  const tree = (signature: Buffer): Buffer =>
    cat(u8(0x06, 2, 3), u8(0x08), hidden, cat(u8(0x01), two.publicKey, signature), u8(0x03), varuint(height));
  return { lock: H(0x0d, u8(2, 3), ...leaves), claims: tree(u8()), witness: tree };
}

test('the chain agrees with an independent miner on the difficulty', async () => {
  const clock = { ...systemClock, now: () => 1_795_305_600 + 3600 };
  const chain = await openTestChain({ network: builtInNetwork('local')!, clock });
  const miner = new Miner('local');
  const bits = new Set<number>();
  for (let height = 1; height <= 48; height++) {
    // Early and late by turns, so that targets rise and fall; the chain's times are never all in order.
    const late = [-4, 6, -9, -2, -8, 9, -7, -9][height % 8]!;
    expect(await chain.submitBlock(miner.block([], late))).toMatchObject({ status: 'connected' });
    bits.add(miner.tip.bits);
  }
  expect(bits.size).toBeGreaterThan(20);
  await chain.close();
});

test('a running node accepts blocks of an independent miner', async () => {
  const node = await startNodeProcess({ listen: ['/ip4/127.0.0.1/tcp/0'] });
  try {
    const miner = new Miner('regtest');
    const submit = (block: Buffer) => node.call.chain.submit({ hex: block.toString('hex') });
    for (let i = 0; i < 6; i++) expect(await submit(miner.block())).toMatchObject({ status: 'connected' });
    const payment = miner.pay([miner.reward()], [{ amount: 1_999_990_000, ...new Key(2).lock }], 6, 50);
    expect(await submit(miner.block([payment]))).toMatchObject({ status: 'connected' });
    const txid = payment.txid.toString('hex');
    expect(await node.call.chain.transaction({ txid })).toMatchObject({ height: 7, fee: 10_000 });
  } finally {
    await node.stop();
  }
});
