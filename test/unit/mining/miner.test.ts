import { afterEach, describe, expect, test } from 'vitest';
import type { Notice } from '../../../shared/contract/fields.ts';
import { bytesToBigInt } from '../../../main/core/codec/bytes.ts';
import { bitsToTarget } from '../../../main/core/consensus/compact.ts';
import { coinbaseRecords } from '../../../main/core/consensus/block-rules.ts';
import { subsidyAt } from '../../../main/core/consensus/params.ts';
import { LOCAL_NETWORK, REGTEST_NETWORK, TEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { createNetworkOf, type Network } from '../../../main/core/params/network.ts';
import { decodeBlock } from '../../../main/core/primitives/block.ts';
import { findRecord, RECORD_TAG } from '../../../main/core/primitives/records.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { createMempool, type Mempool } from '../../../main/mempool/mempool.ts';
import { createMiner, type Miner, type MinerDeps } from '../../../main/mining/miner.ts';
import { templateInfo } from '../../../main/mining/block-template.ts';
import {
  coinbaseOf,
  extend,
  openTestChain,
  pay,
  powHash,
  silent,
  testKey,
  verifyBatch,
} from '../../support/chain/test-chain.ts';

const payout = testKey(1).lock;
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Bench {
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly miner: Miner;
}

async function bench(network: Network = REGTEST_NETWORK, deps: Partial<MinerDeps> = {}): Promise<Bench> {
  const chain = await openTestChain({ network });
  const mempool = createMempool({ chain, verifyBatch, clock: systemClock, log: silent });
  await mempool.start(new AbortController().signal);
  const miner = createMiner({ chain, mempool, clock: systemClock, log: silent, ...deps });
  open.push(
    () => chain.close(),
    () => mempool.stop(),
    () => miner.stop(),
  );
  return { chain, mempool, miner };
}

const firstCoinbases = (chain: Chain, ids: readonly string[]) =>
  Promise.all(
    ids.map(async (id) => {
      const block = decodeBlock((await chain.readBlock(id))!);
      if (isViolation(block)) throw new Error(block.code);
      return coinbaseOf(block);
    }),
  );

/** Regtest's proof of work with a difficulty of our own. */
const networkWith = (changes: Partial<Network['params']>, name = 'regtest'): Network =>
  createNetworkOf(
    { name, time: 1_795_305_600, nonce: 0 },
    { ...REGTEST_NETWORK.params, ...changes },
    { defaultPort: 1, bootstrap: [], deployments: [], founded: false, launched: true },
  );

describe('a template', () => {
  test('is a complete block without its nonce', async () => {
    const { chain, mempool, miner } = await bench();
    const [coin] = await firstCoinbases(chain, await miner.generate(payout, 6));
    const tx = pay(chain, [coin!], testKey(1).secret, [{ amount: 1_999_000_000, lock: payout }]);
    expect(await mempool.submit(tx)).toEqual({ txid: tx.txidHex });

    const block = await miner.template(testKey(2).lock);
    expect(block.header.height).toBe(7);
    expect(block.header.time).toBeGreaterThan(chain.medianTime());
    expect(block.transactions.map(({ txidHex }) => txidHex).slice(1)).toEqual([tx.txidHex]);
    const coinbase = block.transactions[0]!;
    expect(coinbase).toMatchObject({ validFrom: 7, expires: 0 });
    expect(coinbase.outputs).toEqual([
      { amount: subsidyAt(7, chain.network.params) + 1_000_000, ...testKey(2).lock },
    ]);

    // Another miner makes a block of what `mining.template` gives.
    const info = templateInfo(block);
    const target = BigInt(`0x${info.target}`);
    expect(target).toBe(bitsToTarget(info.bits));
    const bytes = Buffer.from(info.hex, 'hex');
    for (let nonce = 0; bytesToBigInt(powHash(bytes.subarray(0, 88), 8)) > target; nonce++)
      bytes.writeUInt32LE(nonce, 84);
    expect(await chain.submitBlock(new Uint8Array(bytes))).toMatchObject({ status: 'connected' });
    expect(mempool.summary().count).toBe(0);
  });

  test('contains at most the outputs that a block may have, and leaves the rest for the next one', async () => {
    const { chain, mempool, miner } = await bench();
    const ids = await miner.generate(payout, 3 + chain.network.params.maturity);
    const split = await firstCoinbases(chain, ids.slice(0, 3));
    const spread = (from: Parameters<typeof pay>[1], count: number, each: number) =>
      pay(
        chain,
        from,
        testKey(1).secret,
        Array.from({ length: count }, () => ({ amount: each, lock: payout })),
      );
    const roots = split.map((coin) => spread([coin], 40, 49_000_000));
    for (const tx of roots) expect(await mempool.submit(tx)).toEqual({ txid: tx.txidHex });
    await miner.generate(payout, 1);
    const leaves = roots.flatMap((tx) =>
      tx.outputs.map((output, index) =>
        spread(
          [{ outpoint: { txid: tx.txid, index }, coin: { ...output, height: 9, coinbase: false } }],
          100,
          480_000,
        ),
      ),
    );
    for (const tx of leaves) expect(await mempool.submit(tx)).toEqual({ txid: tx.txidHex });
    expect(mempool.summary().count).toBe(120);
    const block = await miner.template(payout);
    const outputs = block.transactions.reduce((sum, tx) => sum + tx.outputs.length, 0);
    expect(outputs).toBe(9_901);
    await miner.generate(payout, 1);
    expect(mempool.summary().count).toBe(21);
    await miner.generate(payout, 1);
    expect(mempool.summary().count).toBe(0);
  });

  test('is never the same twice', async () => {
    const { miner } = await bench();
    const [a, b] = await Promise.all([miner.template(payout), miner.template(payout)]);
    expect(a.header.idHex).not.toBe(b.header.idHex);
    expect(findRecord(coinbaseRecords(a), RECORD_TAG.extraNonce)).toHaveLength(8);
  });

  test('commits to the snapshot where it must, and nowhere else', async () => {
    const { chain, miner } = await bench();
    const { epoch, delay } = chain.network.params;
    await miner.generate(payout, epoch + delay - 1);
    const root = await chain.nextSnapshotRoot();
    const block = await miner.template(payout);
    expect(findRecord(coinbaseRecords(block), RECORD_TAG.snapshotRoot)).toEqual(new Uint8Array(root!));
    expect(root).toHaveLength(32);
    await miner.generate(payout, 2);
    expect(
      findRecord(coinbaseRecords(await miner.template(payout)), RECORD_TAG.snapshotRoot),
    ).toBeUndefined();
  });

  test('without subsidy and fees has no output and is valid', async () => {
    const network = networkWith({ subsidy: 1 as never, halving: 3 });
    const { chain, miner } = await bench(network);
    await miner.generate(payout, 5);
    expect((await miner.template(payout)).transactions[0]!.outputs).toEqual([]);
    expect(chain.tip().height).toBe(5);
    expect(chain.totals().issued).toBe(2);
  });
});

describe('generating', () => {
  test('returns the ids of blocks on the chain, in order', async () => {
    const { chain, miner } = await bench();
    const ids = await miner.generate(payout, 30);
    expect(ids).toEqual(Array.from({ length: 30 }, (_, i) => chain.atHeight(i + 1)!.id));
    expect(miner.status()).toMatchObject({ running: false, found: 30, expectedSeconds: null, problem: null });
  });

  test('calls at the same time run one after the other', async () => {
    const { chain, miner } = await bench();
    const ids = await Promise.all([1, 2, 3].map(() => miner.generate(payout, 5)));
    expect(new Set(ids.flat()).size).toBe(15);
    expect(chain.tip().height).toBe(15);
  });

  test('uses a thread when it takes more than a few tries', async () => {
    const { chain, miner } = await bench(networkWith({ startBits: 0x2000ffff, powLimit: 0x2000ffff }));
    expect(await miner.generate(payout, 3)).toHaveLength(3);
    expect(chain.tip().height).toBe(3);
  });

  test('is refused on a public network', async () => {
    const { miner } = await bench(TEST_NETWORK);
    await expect(miner.generate(payout, 1)).rejects.toMatchObject({ code: 'mining-not-here' });
    const founded = { ...REGTEST_NETWORK, founded: true };
    await expect((await bench(founded)).miner.generate(payout, 1)).rejects.toMatchObject({
      code: 'mining-not-here',
    });
  });

  test('works on the demo network', async () => {
    const { chain, miner } = await bench(LOCAL_NETWORK);
    await miner.generate(payout, 3);
    expect(chain.tip().height).toBe(3);
  });

  test('is refused immediately while the clock of this computer is wrong', async () => {
    const paused = { code: 'clock-wrong', message: 'The clock is wrong.' };
    const { chain, miner } = await bench(REGTEST_NETWORK, { pause: () => paused });
    const refused = { code: 'clock-wrong', data: { detail: 'The clock is wrong.' } };
    await expect(miner.generate(payout, 3)).rejects.toMatchObject(refused);
    await expect(miner.template(payout)).rejects.toMatchObject(refused);
    expect(chain.tip().height).toBe(0);
  });

  test.each([-15 * 60, -6 * 3600, -24 * 3600, -1_700_000_000])(
    'is refused at once when the clock was set by %i seconds and this node would not take its own block',
    async (seconds) => {
      let shift = 0;
      const clock = { ...systemClock, now: () => systemClock.now() + shift };
      const { chain, miner } = await bench(LOCAL_NETWORK, { clock });
      await miner.generate(payout, 12);
      shift = seconds;
      await expect(miner.generate(payout, 1)).rejects.toMatchObject({ code: 'clock-wrong' });
      await miner.start(payout);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(chain.tip().height).toBe(12);
      expect(miner.status()).toMatchObject({ hashesPerSecond: 0, problem: null });
      shift = 0;
      await expect.poll(() => chain.tip().height).toBeGreaterThan(12);
    },
  );

  test('waits for the clock when the times of its blocks are ahead of it', async () => {
    const network = networkWith({ futureLimit: 3 });
    const { chain, miner } = await bench(network);
    const ids = await miner.generate(payout, 40);
    expect(ids).toHaveLength(40);
    expect(chain.tip().time).toBeLessThanOrEqual(systemClock.now() + 3);
  });

  test('stops when the miner does', async () => {
    // Nobody finds this.
    const { miner } = await bench(networkWith({ startBits: 0x1800ffff, powLimit: 0x2000ffff }));
    const mining = miner.generate(payout, 1);
    const refused = expect(mining).rejects.toMatchObject({ code: 'mining-stopped' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await miner.stop();
    await refused;
  });
});

describe('mining on threads', () => {
  test('finds blocks one after the other until it is stopped', async () => {
    const { chain, miner } = await bench(LOCAL_NETWORK);
    await miner.start(payout, 2, 0.5);
    expect(miner.status()).toMatchObject({ running: true, threads: 2 });
    await expect.poll(() => chain.tip().height).toBeGreaterThan(4);
    await expect.poll(() => miner.status().hashesPerSecond).toBeGreaterThan(0);
    expect(miner.status().expectedSeconds).toBeGreaterThan(0);
    await miner.stop();
    const { found } = miner.status();
    expect(found).toBeGreaterThan(4);
    expect(miner.status()).toMatchObject({
      running: false,
      threads: 0,
      hashesPerSecond: 0,
      expectedSeconds: null,
    });
    const { height } = chain.tip();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(chain.tip().height).toBe(height);
  });

  test('many starts at the same time leave one run, with at most one thread per core', async () => {
    const { chain, miner } = await bench(LOCAL_NETWORK, { cores: 2 });
    await Promise.all(Array.from({ length: 6 }, () => miner.start(payout, 64)));
    expect(miner.status()).toMatchObject({ running: true, threads: 2 });
    await expect.poll(() => chain.tip().height).toBeGreaterThan(2);
    await miner.stop();
    const { height } = chain.tip();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(chain.tip().height).toBe(height);
  });

  test('includes payments, pays to the given lock, and requests a new lock for each block', async () => {
    const { chain, mempool, miner } = await bench();
    const [coin] = await firstCoinbases(chain, await miner.generate(payout, 6));
    const tx = pay(chain, [coin!], testKey(1).secret, [{ amount: 1_999_000_000, lock: payout }]);
    await mempool.submit(tx);
    const asked: number[] = [];
    await miner.start(() => {
      asked.push(chain.tip().height);
      return testKey(20 + asked.length).lock;
    });
    await expect.poll(() => chain.tip().height).toBeGreaterThan(9);
    await miner.stop();
    expect(chain.getCoin({ txid: tx.txid, index: 0 })).toBeDefined();
    expect(new Set(asked).size).toBeGreaterThan(3);
  });

  test('continues on a tip that another miner found', async () => {
    const { chain, miner } = await bench(networkWith({ startBits: 0x2000ffff, powLimit: 0x2000ffff }));
    const other = createMiner({
      chain,
      mempool: { templateTransactions: () => ({ transactions: [], fees: 0 as never, bytes: 0 }) },
      clock: systemClock,
      log: silent,
    });
    await miner.start(testKey(3).lock);
    await other.start(testKey(4).lock);
    await expect.poll(() => Math.min(miner.status().found, other.status().found)).toBeGreaterThan(0);
    await other.stop();
    expect(chain.tip().height).toBe(miner.status().found + other.status().found);
  });

  test('a thread that crashes is reported and replaced', async () => {
    const script = new URL('./dying-worker.mjs', import.meta.url);
    const { miner } = await bench(REGTEST_NETWORK, { script });
    await miner.start(payout);
    await expect.poll(() => miner.status().problem).toMatch(/a mining thread crashed: out of luck/);
    // The second one works.
    await expect.poll(() => miner.status().found).toBeGreaterThan(0);
    expect(miner.status()).toMatchObject({ running: true, problem: null });
  });

  test('pauses while there is a reason, reports it, and continues when it is gone', async () => {
    let paused: Notice | null = { code: 'sync-unfinished', message: 'Not synced.' };
    const { chain, miner } = await bench(REGTEST_NETWORK, { pause: () => paused });
    await miner.start(payout);
    expect(miner.status()).toMatchObject({ running: true, paused, hashesPerSecond: 0 });
    // Generating is an order to mine here and now.
    await miner.generate(payout, 2);
    expect(chain.tip().height).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(chain.tip().height).toBe(2);
    paused = null;
    await expect.poll(() => miner.status().found).toBeGreaterThan(2);
    expect(miner.status().paused).toBeNull();
    paused = { code: 'clock-wrong', message: 'The clock is wrong.' };
    await expect
      .poll(async () => {
        const { height } = chain.tip();
        await new Promise((resolve) => setTimeout(resolve, 300));
        return chain.tip().height - height;
      })
      .toBe(0);
    expect(miner.status()).toMatchObject({ running: true, paused, hashesPerSecond: 0, problem: null });
  });

  test('a client pauses mining and continues it; a reason of the node comes before that pause', async () => {
    let paused: Notice | null = null;
    const { miner } = await bench(REGTEST_NETWORK, { pause: () => paused });
    await miner.start(payout);
    const battery = { code: 'mining-paused-battery', message: 'On battery.' };
    miner.hold(battery);
    expect(miner.status()).toMatchObject({ running: true, paused: battery });
    await expect.poll(() => miner.status().hashesPerSecond).toBe(0);
    paused = { code: 'clock-wrong', message: 'The clock is wrong.' };
    expect(miner.status().paused).toEqual(paused);
    paused = null;
    miner.hold(null);
    expect(miner.status()).toMatchObject({ running: true, paused: null });
  });

  test('blocks that compete with a better header chain are not counted as found', async () => {
    const [other, { chain, miner }] = [await openTestChain(), await bench()];
    open.push(() => other.close());
    const ahead = [];
    for (let i = 0; i < 5; i++) ahead.push((await extend(other)).header);
    await chain.acceptHeaders(ahead);
    await miner.generate(payout, 2);
    expect([chain.tip().height, miner.status().found]).toEqual([2, 0]);
  });

  test('invalid numbers of threads and invalid shares are refused', async () => {
    const { miner } = await bench();
    await expect(miner.start(payout, 0)).rejects.toThrow(RangeError);
    await expect(miner.start(payout, 1.5)).rejects.toThrow(RangeError);
    await expect(miner.start(payout, 1, 0)).rejects.toThrow(RangeError);
    await expect(miner.start(payout, 1, 1.1)).rejects.toThrow(RangeError);
    expect(miner.status().running).toBe(false);
  });
});
