import { createNetworkOf } from '../../../main/core/params/network.ts';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { expect } from 'vitest';
import { testKey } from '../../support/chain/test-chain.ts';
import { MATURITY, openWorld, PASSWORD, type World } from './world.ts';

// Each person has a node and a wallet of its own. Blocks are submitted to all of them.
export const network = createNetworkOf(
  { name: 'wallets', time: REGTEST_NETWORK.genesis.header.time, nonce: 0 },
  { ...REGTEST_NETWORK.params, epoch: 1_000_000 },
  { ...REGTEST_NETWORK, deployments: [{ name: 'policy-lock', bit: 0, start: 0, timeout: null }] },
);
const SIGNALS = { header: { version: 0x2000_0001 } };
export const worlds: World[] = [];

export async function stopAll(): Promise<void> {
  for (const world of worlds.splice(0)) await world.stop();
}

export async function people(count: number): Promise<World[]> {
  for (let i = 0; i < count; i++) worlds.push(await openWorld({ network }));
  return worlds;
}
/** Mines on the first node, and gives the blocks to the other nodes. */
export async function mine(blocks: number, payTo = testKey(1).lock): Promise<void> {
  const [first, ...others] = worlds;
  for (let i = 0; i < blocks; i++) {
    const { transactions, fees } = first!.mempool.templateTransactions({
      maxBytes: 900_000,
      maxOutputs: 9_000,
    });
    const block = await first!.mineWith({ transactions, fees, payTo, ...SIGNALS });
    for (const { chain } of others) expect(isViolation(await chain.submitBlock(block.bytes))).toBe(false);
  }
}
export const activate = () => mine(80);
export const heightOf = () => worlds[0]!.chain.tip().height;

/** Everybody creates an account for the set-up and exports its public keys. */
export async function exchange(name: string): Promise<Uint8Array[]> {
  const keys: Uint8Array[] = [];
  for (const { wallets } of worlds) {
    await wallets.create({ name: 'mine', password: PASSWORD, words: 12 });
    await wallets.createAccount({ from: 'mine', name, password: PASSWORD });
    keys.push((await wallets.exportKeys(name)).keys);
  }
  return keys;
}
export const credentials = (name: string) => ({ name, password: PASSWORD });

/** A 2-of-3 wallet of three people, with coins. */
export async function twoOfThree(): Promise<World[]> {
  const [a, b, c] = await people(3);
  await activate();
  const [, keysB, keysC] = await exchange('family');
  const setup = await a!.wallets.createSetup({
    ...credentials('family'),
    setup: { kind: 'shared', m: 2, keys: [keysB!, keysC!] },
  });
  for (const { wallets } of [b!, c!]) await wallets.joinSetup({ ...credentials('family'), setup });
  await mine(1, a!.wallets.payout('family'));
  await mine(MATURITY);
  return [a!, b!, c!];
}
