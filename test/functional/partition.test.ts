import { afterEach, expect, test } from 'vitest';
import type { NodeProcess } from '../support/nodes/node-process.ts';
import { until } from '../support/until.ts';
import { createWiredNodes } from '../support/nodes/wired-nodes.ts';

const PASSWORD = 'correct horse battery staple';
const KITH = 100_000_000;

const network = createWiredNodes();
const { nodes, tips } = network;
afterEach(() => network.end());

/** The address and the words of a new wallet. */
async function newWallet(node: NodeProcess, name = 'w'): Promise<{ address: string; mnemonic: string }> {
  const { mnemonic } = await node.call.wallet.create({ name, password: PASSWORD });
  return { address: (await node.call.wallet.address({ name })).address, mnemonic };
}

const wallet = async (node: NodeProcess) => (await newWallet(node)).address;

const send = async (from: NodeProcess, address: string, amount: number) =>
  (await from.call.wallet.send({ name: 'w', password: PASSWORD, to: [{ address, amount }] })).txid;

const balance = async (node: NodeProcess) => (await node.call.wallet.balance({ name: 'w' })).confirmed;

test('a network that was cut in two reorganises to one chain and keeps every payment except one side of a double spend', async () => {
  await network.grow(4);
  const [a, b, c, d] = nodes as [NodeProcess, NodeProcess, NodeProcess, NodeProcess];
  const addresses = { a: await wallet(a), b: await wallet(b), c: await wallet(c), d: await wallet(d) };
  await a.call.mining.generate({ address: addresses.a, blocks: 10 });
  await until(async () => (await tips()) === 1, 'all in sync');
  const spender = await newWallet(b, 'spender');
  await send(a, addresses.c, 50 * KITH);
  await send(a, spender.address, 3 * KITH);
  await until(async () => (await c.call.wallet.balance({ name: 'w' })).pending > 0, 'the funding is known');
  await a.call.mining.generate({ address: addresses.a, blocks: 1 });
  await until(async () => (await balance(c)) === 50 * KITH, 'the other side has coins, too');

  // The same wallet on both sides: it will pay its one coin to two people.
  await c.call.wallet.restore({
    name: 'twin',
    password: PASSWORD,
    mnemonic: spender.mnemonic,
  });
  await until(
    async () => (await c.call.wallet.balance({ name: 'twin' })).confirmed === 3 * KITH,
    'the twin has found its coin',
  );

  network.cut(0, 1);
  await until(
    async () => (await a.call.peers.list()).length === 1 && (await d.call.peers.list()).length === 1,
    'cut',
  );

  // The lighter side: a payment that is mined there, and one that still waits when the cut is healed.
  const twice = { password: PASSWORD, to: [{ address: addresses.a, amount: 2 * KITH }] };
  const { txid: lost } = await b.call.wallet.send({ ...twice, name: 'spender' });
  const mined = await send(a, addresses.b, 7 * KITH);
  await until(async () => (await b.call.mempool.summary()).count === 2, 'paid on this side');
  await b.call.mining.generate({ address: addresses.b, blocks: 6 });
  await until(async () => (await tips([a, b])) === 1, 'this side agrees');
  const waiting = await send(a, addresses.d, 3 * KITH);
  // The heavier side does the same with coins of its own.
  const there = await send(c, addresses.d, 5 * KITH);
  const { txid: won } = await c.call.wallet.send({
    ...twice,
    name: 'twin',
    to: [{ address: addresses.d, amount: 2 * KITH }],
  });
  await until(async () => (await d.call.mempool.summary()).count === 2, 'paid on that side');
  await d.call.mining.generate({ address: addresses.d, blocks: 9 });
  await until(async () => (await tips([c, d])) === 1, 'that side agrees');
  expect(await tips()).toBe(2);

  network.heal(0, 1);
  await until(async () => (await tips()) === 1, 'one chain');
  expect((await a.call.chain.tip()).height).toBe(20);
  // Who had the shorter chain is told what happened, and which payment was spent elsewhere.
  const notices = (await b.call.node.status()).warnings;
  expect(notices.map(({ code }) => code)).toContain('chain-reorganised');
  const stateOf = async (txid: string) =>
    (await b.call.wallet.history({ name: 'spender', limit: 100 })).find((entry) => entry.txid === txid)
      ?.state;
  await until(async () => (await stateOf(lost)) === 'conflicted', 'the loser is shown as conflicted');
  expect((await b.call.mempool.list({ limit: 100 })).some(({ txid }) => txid === lost)).toBe(false);

  // What only the lighter chain had mined waits again, everywhere.
  const has = async (node: NodeProcess, txid: string) =>
    (await node.call.mempool.list({ limit: 100 })).some((entry) => entry.txid === txid);
  for (const node of nodes) {
    await until(() => has(node, mined), 'the payment of the abandoned blocks waits again');
    await until(() => has(node, waiting), 'the payment that waited is known everywhere');
  }
  await c.call.mining.generate({ address: addresses.c, blocks: 1 });
  await until(async () => (await tips()) === 1, 'mined');
  for (const node of nodes) {
    for (const txid of [mined, waiting, there, won])
      expect((await node.call.chain.transaction({ txid })).confirmations).toBeGreaterThan(0);
  }
  const sets = await Promise.all(nodes.map(async (node) => (await node.call.chain.stats()).setHash));
  expect(new Set(sets).size).toBe(1);
  expect(await balance(b)).toBe(7 * KITH);
});
