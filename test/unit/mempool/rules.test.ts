import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { encodePolicy, policyHash, type PolicyNode } from '../../../main/core/ledger/policy-tree.ts';
import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import { coinsOf, createWorld } from './world.ts';

const secret = new Uint8Array(32).fill(5);
const digest = new Uint8Array(createHash('sha256').update(secret).digest());
const tree = (preimage: Uint8Array | null): PolicyNode => ({ kind: 'hash', hash: digest, preimage });
const lock = { lockType: 1, lock: policyHash(tree(null)) };

test('a policy lock is relayed while its rule is active, and is removed when it no longer is', async () => {
  const rules = { policyLock: false };
  const world = await createWorld({ nextRules: () => ({ ...rules }) });
  const coins = await world.funds(3);
  const locked = world.payment([coins[0]!], { to: lock });
  expect(await world.submit(locked)).toBe('policy-lock');
  rules.policyLock = true;
  await world.mine();
  expect(await world.submit(locked)).toBe('in');

  const reveal = (preimage: Uint8Array) =>
    createTransaction({
      ...world.payment(coinsOf(locked), { fee: 5_000 }),
      witness: [encodePolicy(tree(preimage))],
    });
  expect(await world.submit(reveal(new Uint8Array(32)), 'peer')).toBe('lock-policy');
  const spend = reveal(secret);
  expect(await world.submit(spend, 'peer')).toBe('in');
  const plain = world.payment([coins[1]!]);
  expect(await world.submit(plain)).toBe('in');

  // Blocks under the same rules need not check these again; under others only what plain keys sign.
  expect(world.mempool.isVerified(spend.wid, { policyLock: true })).toBe(true);
  expect(world.mempool.isVerified(spend.wid, { policyLock: false })).toBe(false);
  expect(world.mempool.isVerified(plain.wid, { policyLock: false })).toBe(true);

  rules.policyLock = false;
  world.told.length = 0;
  await world.mine();
  expect(world.told).toEqual([`removed ${locked.txidHex} reorg`, `removed ${spend.txidHex} reorg`]);
  expect(world.mempool.summary().count).toBe(1);
});

test('signatures are checked again when the rules change during their check', async () => {
  const rules = { policyLock: true };
  let batches = 0;
  const world = await createWorld({
    nextRules: () => ({ ...rules }),
    verifyBatch: async () => {
      // The deployment fails just now: the lock is free to spend again, and not relayed.
      if (++batches === 1) rules.policyLock = false;
      return -1;
    },
  });
  const [coin] = await world.funds(1);
  const tx = world.payment([coin!], { to: lock });
  expect(await world.submit(tx, 'peer')).toBe('policy-lock');
  expect(batches).toBe(1);
  expect(await world.submit(world.payment([coin!]), 'peer')).toBe('in');
});
