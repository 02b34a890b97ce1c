import { expect } from 'vitest';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { createTcpProxy, freePort } from './tcp-proxy.ts';
import { scale } from '../scale.ts';
import { until } from '../until.ts';

const PASSWORD = 'correct horse battery staple';
const KITH = 100_000_000;
/** What a node leads others to, so that they stay behind the wire that can be cut. */
const NOWHERE = ['--announce', '/ip4/127.255.255.1/tcp/9'];
/** Each costs the derivation of a key. */
const PAYMENTS = scale(8, 20);
const MB = 1 << 20;
/** Beside what it needs at rest, whatever the depth. */
const MAX_GROWTH_MB = 150;
const WAIT = { every: 100 };

/**
 * Two whole nodes with the same wallet mine `depth` blocks and one more apart from each other, both with payments in
 * them, and meet again: the first takes its blocks back. Ends what it started.
 */
export async function reorganiseDeeply(depth: number): Promise<void> {
  const started: NodeProcess[] = [];
  const start = async (options: Parameters<typeof startNodeProcess>[0]): Promise<NodeProcess> => {
    const node = await startNodeProcess(options);
    started.push(node);
    return node;
  };
  const listen = `/ip4/127.0.0.1/tcp/${await freePort()}`;
  const loser = await start({ args: NOWHERE, listen: [listen], watched: true });
  const wire = await createTcpProxy(`${listen}/p2p/${loser.peerId}`);
  try {
    const winner = await start({ args: NOWHERE, bootstrap: [wire.address] });
    const same = async () => (await loser.call.chain.tip()).id === (await winner.call.chain.tip()).id;

    // Coins that both have: many for payments that get along with each other, and one that is spent on both sides.
    const address = await newWallet(loser, 'payer');
    const single = await newWallet(loser, 'single');
    for (let i = 0; i < PAYMENTS; i++)
      await loser.call.mining.generate({ address: address.first, blocks: 1 });
    await loser.call.mining.generate({ address: await nobody(winner), blocks: 10 });
    await pay(loser, 'payer', single.first, 3 * KITH);
    await loser.call.mining.generate({ address: await nobody(winner), blocks: 1 });
    for (const name of ['payer', 'single'] as const) {
      const mnemonic = { payer: address.mnemonic, single: single.mnemonic }[name];
      await winner.call.wallet.restore({ name, password: PASSWORD, mnemonic });
    }
    await until(same, 'in sync', WAIT);
    const funded = async () => (await winner.call.wallet.balance({ name: 'single' })).confirmed === 3 * KITH;
    await until(funded, 'the same wallet on both sides', WAIT);

    wire.cut();
    await until(async () => (await loser.call.peers.list()).length === 0, 'apart', WAIT);
    const stranger = await newWallet(winner, 'stranger');
    const lost = await pay(loser, 'single', stranger.first, 2 * KITH);
    const won = await pay(winner, 'single', address.first, 2 * KITH);
    const orphaned = await mineWithPayments(loser, depth, 'payer', stranger.first);
    const kept = await mineWithPayments(winner, depth + 1, 'nobody', stranger.first);
    const before = await loser.vitals();
    const fork = await loser.call.chain.tip();

    wire.heal();
    const seen: number[] = [];
    await until(
      async () => {
        const { height } = await loser.call.chain.tip();
        if (seen.at(-1) !== height) seen.push(height);
        return same();
      },
      'one chain',
      { ms: 120_000, every: 1 },
    );
    // It answered on the way, not only before and after.
    const between = seen.filter((height) => height < fork.height);
    expect(between.length).toBeGreaterThan(depth >= 1000 ? 10 : 0);
    const { peak } = await loser.vitals();
    const { rss } = await loser.vitals();
    console.log(
      `${depth} blocks taken back: ${between.length} answers on the way; memory ${(before.rss / MB).toFixed(0)} MB before, ` +
        `${(peak / MB).toFixed(0)} at most, ${(rss / MB).toFixed(0)} after`,
    );
    expect(peak).toBeLessThan(before.rss + MAX_GROWTH_MB * MB);

    // What only the abandoned blocks had waits again; what was spent elsewhere is shown as that.
    const stateOf = async (name: string, txid: string) =>
      (await loser.call.wallet.history({ name, limit: 200 })).find((entry) => entry.txid === txid)?.state;
    await until(async () => (await stateOf('single', lost)) === 'conflicted', 'shown as conflicted', WAIT);
    expect(await stateOf('single', won)).toBe('confirmed');
    const pool = async () => (await loser.call.mempool.list({ limit: 500 })).map(({ txid }) => txid);
    await until(async () => (await pool()).length === orphaned.length, 'the payments wait again', WAIT);
    expect((await pool()).sort()).toEqual([...orphaned].sort());
    const everywhere = async () => (await winner.call.mempool.summary()).count === orphaned.length;
    await until(everywhere, 'and on the other side', WAIT);
    await winner.call.mining.generate({ address: await nobody(winner), blocks: 1 });
    await until(same, 'mined', WAIT);
    for (const txid of orphaned)
      await until(async () => (await stateOf('payer', txid)) === 'mined', `${txid} is mined`, WAIT);

    // A third one that has never seen the other side.
    const twin = await start({ bootstrap: [`${listen}/p2p/${loser.peerId}`] });
    const arrived = async () => (await twin.call.chain.tip()).id === (await winner.call.chain.tip()).id;
    await until(arrived, 'the twin has the chain', WAIT);
    expect(await loser.call.chain.stats()).toEqual(await twin.call.chain.stats());
    for (const txid of [won, ...kept, ...orphaned])
      expect((await loser.call.chain.transaction({ txid })).confirmations).toBeGreaterThan(0);
  } finally {
    for (const node of started) await node.kill();
    await wire.close();
  }
}

async function newWallet(node: NodeProcess, name: string): Promise<{ first: string; mnemonic: string }> {
  const { mnemonic } = await node.call.wallet.create({ name, password: PASSWORD });
  return { first: (await node.call.wallet.address({ name })).address, mnemonic };
}

/** An address of this node's own, for rewards. */
async function nobody(node: NodeProcess): Promise<string> {
  const name = 'nobody';
  if (!(await node.call.wallet.list()).some((wallet) => wallet.name === name)) await newWallet(node, name);
  return (await node.call.wallet.address({ name })).address;
}

const pay = async (node: NodeProcess, name: string, address: string, amount: number): Promise<string> =>
  (await node.call.wallet.send({ name, password: PASSWORD, to: [{ address, amount }] })).txid;

/** Mines so many blocks with payments of one Kith spread over them; their ids. */
async function mineWithPayments(
  node: NodeProcess,
  blocks: number,
  payer: string,
  payee: string,
): Promise<string[]> {
  const payments = Math.min(PAYMENTS, blocks);
  const paid: string[] = [];
  for (let i = 0; i < payments; i++) {
    paid.push(await pay(node, payer, payee, KITH));
    const share = Math.floor((blocks * (i + 1)) / payments) - Math.floor((blocks * i) / payments);
    await node.call.mining.generate({ address: await nobody(node), blocks: share });
  }
  return paid;
}
