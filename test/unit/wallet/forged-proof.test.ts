import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyProof } from '../../../main/api/verify-proof.ts';
import type { NodeFacade } from '../../../main/api/facade.ts';
import { toHex } from '../../../main/core/codec/hex.ts';
import type { Output } from '../../../main/core/primitives/coin.ts';
import { createTransaction, sighash, type Transaction } from '../../../main/core/primitives/transaction.ts';
import { encodeProof, proofStatement } from '../../../main/wallet/signing/payment-proof.ts';
import { messageHash } from '../../../main/wallet/signing/signed-message.ts';
import { network, openWorld, PASSWORD, send, signer, walletWithCoins, type World } from './world.ts';

// A txid does not cover the signatures: a forger takes a payment of others, and signs it with an own key.
const CHALLENGE = 'Order 1234, for Mira';
const SEED = new Uint8Array(32).fill(7);
let world: World;
let node: NodeFacade;
let address: string;
let payment: Transaction;

beforeAll(async () => {
  world = await openWorld();
  await walletWithCoins(world, 'mine', 2);
  await world.wallets.create({ name: 'shop', password: PASSWORD, words: 12 });
  address = await world.wallets.newAddress('shop');
  const { available } = await world.wallets.balance('mine');
  payment = world.waiting(await send(world, 'mine', address, available - 10_000_000));
  const { wallets, chain, mempool } = world;
  node = {
    wallets,
    chain,
    mempool: { get: (txid: string) => mempool.get(txid) && { tx: world.waiting(txid) } },
  } as unknown as NodeFacade;
});
afterAll(() => world.stop());

/** A proof of this transaction by the forger, which says that all its coins were the forger's. */
function forge(tx: Transaction, block: { id: string; height: number } | null = null): string {
  const spent = { lockType: 0, lock: signer.publicKey(SEED), amount: 50_000_000 } as Output;
  const message = sighash(
    network.id,
    tx,
    tx.inputs.map(() => spent),
  );
  const forged = createTransaction({ ...tx, witness: tx.inputs.map(() => signer.sign(SEED, message)) });
  const proof = { tx: forged, receiver: world.lockOf(address), challenge: CHALLENGE };
  const statement = messageHash(network.id, proofStatement(network.hrp, proof));
  const inputs = tx.inputs.map(() => ({ spent, signature: signer.sign(SEED, statement) }));
  return encodeProof(network, { ...proof, block, inputs });
}
const prove = () =>
  world.wallets.provePayment({
    name: 'mine',
    password: PASSWORD,
    txid: payment.txidHex,
    challenge: CHALLENGE,
  });

test('a pending payment is proven by its sender only', async () => {
  const { proof } = await prove();
  expect(await verifyProof(node, proof)).toMatchObject({ state: 'pending', txid: payment.txidHex });
  const forged = forge(payment);
  // All its signatures are valid, and the txid is that of the payment.
  expect(await world.wallets.checkProof(forged)).toMatchObject({ txid: payment.txidHex });
  await expect(verifyProof(node, forged)).rejects.toMatchObject({ code: 'proof-other-witness' });
});

test('a mined payment is proven by its sender only, with and without the hint of the block', async () => {
  await world.mine();
  const { id, height } = world.chain.tip();
  const { proof } = await prove();
  const verdict = await verifyProof(node, proof);
  expect(verdict).toMatchObject({ state: 'mined', block: id, height, confirmations: 1 });
  expect(Object.keys(verdict)).not.toContain('wid');
  const [first, body] = proof.split('\n');
  const unhinted = JSON.stringify({ ...(JSON.parse(body!) as object), block: null });
  const checksum = createHash('sha256').update(unhinted).digest('hex');
  const withoutHint = `${first!.slice(0, -64)}${checksum}\n${unhinted}\n`;
  expect(await verifyProof(node, withoutHint)).toMatchObject({ state: 'mined', block: id });
  for (const hint of [null, { id, height }])
    await expect(verifyProof(node, forge(payment, hint))).rejects.toMatchObject({
      code: 'proof-other-witness',
    });
});

test('of a payment that no block has nothing is known', async () => {
  const other = createTransaction({ ...payment, expires: payment.expires + 1 });
  expect(toHex(other.txid)).not.toBe(payment.txidHex);
  expect(await verifyProof(node, forge(other))).toMatchObject({
    state: 'unknown',
    block: null,
    confirmations: 0,
  });
});
