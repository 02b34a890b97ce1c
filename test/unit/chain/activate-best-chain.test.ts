import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { coinKey } from '../../../main/core/primitives/coin-key.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { Activator } from '../../../main/chain/activate-best-chain.ts';
import { CoinCache } from '../../../main/chain/coin-cache.ts';
import type { OwnedEntry } from '../../../main/chain/header-entry.ts';
import { type OpenedChain, openChainState } from '../../../main/chain/open-chain.ts';
import { systemClock } from '../../../main/lib/clock.ts';
import type { ChainCommit } from '../../../main/storage/chain-db.ts';
import { createRandom } from '../../support/random.ts';
import {
  type BlockParts,
  coinbaseOf,
  mineOn,
  newDirectory,
  type Parent,
  parentOf,
  pay,
  testChainDeps,
  testKey,
} from '../../support/chain/test-chain.ts';

const network = REGTEST_NETWORK;
const GENESIS: Parent = { idBytes: network.id, height: 0, time: network.genesis.header.time };

/** Real files and a real index; what the activator does to them is logged in order, block by block. */
interface Bench {
  readonly activator: Activator;
  readonly opened: OpenedChain;
  readonly coins: CoinCache;
  /** `commit +1 +2`, `steps +1 +2`, `records A1`, `invalid B2 code`, `auditBeforeReject`, `idle`. A plus connects, a minus disconnects. */
  readonly log: string[];
  /** What the signature check of the next blocks answers, first block first; -1 = all valid, as it does afterwards. */
  readonly signatures: number[];
  /** Ids of the blocks whose bodies cannot be read. */
  readonly lost: Set<string>;
  readonly faults: { commit?: (commit: ChainCommit) => Promise<void>; audit?: () => Promise<void> };
  /** Stores a block as the receiver does, under a name for the log. */
  store(name: string, block: Block): Promise<OwnedEntry>;
}

let bench: Bench;
let directory: string;

async function open(): Promise<Bench> {
  const opened = await openChainState(testChainDeps({ directory }));
  const { db, bodies, index, active, state } = opened;
  const log: string[] = [];
  const names = new Map<string, string>();
  const signatures: number[] = [];
  const lost = new Set<string>();
  const faults: Bench['faults'] = {};
  const nameOf = ({ id }: { readonly id: string }) => names.get(id) ?? id;
  const coins = new CoinCache(db, 64, createRandom(1));
  const idOf = (id: Uint8Array) => ({ id: Buffer.from(id).toString('hex') });
  const activator = new Activator(
    {
      network,
      index,
      active,
      bodies: {
        ...bodies,
        decoded: (id) => (lost.has(id) ? undefined : bodies.decoded(id)),
        read: async (id, at) => (lost.has(id) ? null : bodies.read(id, at)),
      },
      coins,
      db: {
        ...db,
        async commit(commit) {
          await faults.commit?.(commit);
          await db.commit(commit);
          const connected = (commit.undo ?? []).map(({ id }) => ` +${nameOf(idOf(id))}`);
          const disconnected = (commit.disconnected ?? []).map(({ id }) => ` -${nameOf(idOf(id))}`);
          log.push(`commit${disconnected.join('')}${connected.join('')}`);
        },
        async putHeaders(headers) {
          await db.putHeaders(headers);
          const of = headers.map(({ key }) => nameOf(idOf(key.subarray(-32))));
          log.push(`records ${of.join(' ')}`);
        },
      },
      clock: systemClock,
      verifyBatch: async () => signatures.shift() ?? -1,
      gate: {
        concerns: () => false,
        check: async () => null,
        committed: () => undefined,
        resume: () => undefined,
        nextRoot: async () => null,
      },
      rulesFor: () => ({ policyLock: false }),
      async auditBeforeReject() {
        log.push('audit');
        await faults.audit?.();
      },
      onSteps(steps) {
        const moves = steps.map(({ kind, entry }) => `${kind === 'connected' ? '+' : '-'}${nameOf(entry)}`);
        log.push(`steps ${moves.join(' ')}`);
        expect(db.readState()?.height).toBe(active.tip.height);
      },
      onInvalid: (entry, { code }) => void log.push(`invalid ${nameOf(entry)} ${code}`),
      onIdle: () => void log.push('idle'),
    },
    state,
  );
  return {
    activator,
    opened,
    coins,
    log,
    signatures,
    lost,
    faults,
    async store(name, block) {
      names.set(block.header.idHex, name);
      const prev = index.get(Buffer.from(block.header.prev).toString('hex'))!;
      const entry = index.get(block.header.idHex) ?? index.add(block.header, prev);
      index.markStored(entry, await bodies.add(block), block.transactions.length);
      return entry;
    },
  };
}

async function close({ opened, activator }: Bench): Promise<void> {
  await activator.idle();
  await opened.bodies.close();
  await opened.db.close();
}

beforeEach(async () => {
  directory = newDirectory();
  bench = await open();
});
afterEach(() => close(bench));

/** A row of blocks on a parent; `parts` by position. Another seed pays another key, so that the blocks are others. */
function row(
  on: Parent,
  count: number,
  seed: number,
  parts: (at: number) => BlockParts = () => ({}),
): Block[] {
  const blocks: Block[] = [];
  for (let i = 0, parent = on; i < count; i++, parent = parentOf(blocks.at(-1)!))
    blocks.push(mineOn({ network }, parent, { payTo: testKey(seed).lock, ...parts(i) }));
  return blocks;
}

async function storeRow(letter: string, blocks: readonly Block[]): Promise<OwnedEntry[]> {
  const entries: OwnedEntry[] = [];
  for (const block of blocks) entries.push(await bench.store(`${letter}${block.header.height}`, block));
  return entries;
}

const tip = () => bench.opened.active.tip.id;
const coinOf = (block: Block) => bench.coins.committed(coinKey(coinbaseOf(block).outpoint));
/** Single blocks, however they were grouped into batches. */
const moves = (kind: 'commit' | 'steps') =>
  bench.log.filter((line) => line.startsWith(kind)).flatMap((line) => line.split(' ').slice(1));

describe('extending the chain', () => {
  test('connects the stored blocks in order, and emits the steps of a block after its commit', async () => {
    const blocks = row(GENESIS, 3, 1);
    await storeRow('A', blocks);
    await bench.activator.run();
    expect(moves('commit')).toEqual(['+A1', '+A2', '+A3']);
    expect(moves('steps')).toEqual(['+A1', '+A2', '+A3']);
    // After a commit come its steps, before the next commit.
    const told = bench.log.filter((line) => line !== 'idle').map((line) => line.replace('steps', 'commit'));
    expect(told.filter((_, i) => i % 2 === 0)).toEqual(told.filter((_, i) => i % 2 === 1));
    expect(bench.log.at(-1)).toBe('idle');
    expect(tip()).toBe(blocks[2]!.header.idHex);
    expect(bench.activator.state).toMatchObject({ height: 3, coins: 3 });
  });

  test('puts the blocks that were checked during a slow commit into one batch', async () => {
    await storeRow('A', row(GENESIS, 6, 1));
    const { undo } = bench.opened.bodies;
    const append = undo.append.bind(undo);
    let checked = 0;
    (undo as { append: typeof append }).append = (record) => {
      checked++;
      return append(record);
    };
    let release!: () => void;
    const slow = new Promise<void>((resolve) => (release = resolve));
    bench.faults.commit = () => slow;
    const running = bench.activator.run();
    await expect.poll(() => checked).toBe(6);
    await systemClock.soon();
    expect(bench.log).toEqual([]);
    release();
    await running;
    expect(bench.log.filter((line) => line.startsWith('commit'))).toEqual([
      'commit +A1',
      'commit +A2 +A3 +A4 +A5 +A6',
    ]);
  });

  test('does nothing for a branch with no more work', async () => {
    const [first] = row(GENESIS, 3, 1);
    await storeRow('A', row(GENESIS, 3, 1));
    await bench.activator.run();
    bench.log.length = 0;
    await storeRow('B', row(parentOf(first!), 2, 2));
    await bench.activator.run();
    expect(bench.log).toEqual(['idle']);
  });
});

describe('a reorganisation', () => {
  test('disconnects one block per batch, then connects the better branch, and is idle once', async () => {
    const left = row(GENESIS, 2, 1);
    const better = row(GENESIS, 3, 2);
    await storeRow('A', left);
    await bench.activator.run();
    bench.log.length = 0;
    await storeRow('B', better);
    await bench.activator.run();
    expect(bench.log.slice(0, 4)).toEqual(['commit -A2', 'steps -A2', 'commit -A1', 'steps -A1']);
    expect(moves('steps')).toEqual(['-A2', '-A1', '+B1', '+B2', '+B3']);
    expect(bench.log.filter((line) => line === 'idle')).toEqual(['idle']);
    expect(left.map(coinOf)).toEqual([undefined, undefined]);
    expect(better.map((block) => coinOf(block)?.height)).toEqual([1, 2, 3]);
    expect(bench.activator.state).toMatchObject({ height: 3, coins: 3 });
  });

  test('to a branch with an invalid block ends on the best valid chain', async () => {
    const good = row(GENESIS, 2, 1);
    await storeRow('A', good);
    await bench.activator.run();
    bench.log.length = 0;
    const entries = await storeRow(
      'B',
      row(GENESIS, 4, 2, (at) => (at === 1 ? { fees: 1 } : {})),
    );
    await bench.activator.run();
    expect(moves('steps')).toEqual(['-A2', '-A1', '+B1', '-B1', '+A1', '+A2']);
    const marked = bench.log.indexOf('records B2 B3 B4');
    expect(marked).toBeGreaterThan(bench.log.indexOf('steps +B1'));
    expect(bench.log[marked + 1]).toBe('invalid B2 coinbase-amount');
    expect(bench.log.filter((line) => line.startsWith('invalid'))).toHaveLength(1);
    expect(entries.map(({ status }) => status).slice(1)).toEqual(['invalid', 'invalid', 'invalid']);
    expect(tip()).toBe(good[1]!.header.idHex);
    expect(bench.activator.state).toMatchObject({ height: 2, coins: 2 });
  });

  test('is not begun when the body of the better branch is missing', async () => {
    await storeRow('A', row(GENESIS, 1, 1));
    await bench.activator.run();
    bench.log.length = 0;
    const [first, second] = row(GENESIS, 2, 2);
    bench.opened.index.add(first!.header, bench.opened.index.genesis);
    await storeRow('B', [second!]);
    await bench.activator.run();
    expect(bench.log).toEqual(['idle']);
  });
});

describe('a block in the middle of the pipeline', () => {
  test('with an invalid signature is refused; those before it stay, those after it are never written', async () => {
    const blocks = row(GENESIS, 5, 1);
    const entries = await storeRow('A', blocks);
    bench.signatures.push(-1, 0);
    await bench.activator.run();
    expect(moves('commit')).toEqual(['+A1']);
    expect(bench.log.slice(-3)).toEqual(['records A2 A3 A4 A5', 'invalid A2 tx-signature', 'idle']);
    expect(entries.map(({ status }) => status)).toEqual([
      'connected',
      'invalid',
      'invalid',
      'invalid',
      'invalid',
    ]);
    // The coins of the blocks that were resolved ahead are gone again.
    const ahead = blocks.map((block) => bench.coins.ahead(coinKey(coinbaseOf(block).outpoint))?.height);
    expect(ahead).toEqual([1, undefined, undefined, undefined, undefined]);
  });

  test('whose body cannot be read counts as missing, until it is stored again', async () => {
    const blocks = row(GENESIS, 4, 1);
    const entries = await storeRow('A', blocks);
    bench.lost.add(blocks[1]!.header.idHex);
    await bench.activator.run();
    expect(moves('steps')).toEqual(['+A1']);
    expect(bench.log.slice(-2)).toEqual(['records A2', 'idle']);
    expect(entries[1]).toMatchObject({ status: 'header', body: null, complete: false });
    bench.lost.clear();
    await bench.store('A2', blocks[1]!);
    await bench.activator.run();
    expect(moves('steps')).toEqual(['+A1', '+A2', '+A3', '+A4']);
  });

  test('that spends a coin which the set lacks is refused only after the set was audited', async () => {
    const never = { ...coinbaseOf(row(GENESIS, 1, 9)[0]!), outpoint: { txid: new Uint8Array(32), index: 0 } };
    const tx = pay({ network }, [never], testKey(1).secret, [{ amount: 1, lock: testKey(2).lock }]);
    await storeRow(
      'A',
      row(GENESIS, 2, 1, (at) => (at === 1 ? { transactions: [tx] } : {})),
    );
    await bench.activator.run();
    expect(bench.log.slice(-4)).toEqual(['audit', 'records A2', 'invalid A2 coin-missing', 'idle']);
  });

  test('is not refused when the audit finds the set corrupt: the chain stops instead', async () => {
    const never = { ...coinbaseOf(row(GENESIS, 1, 9)[0]!), outpoint: { txid: new Uint8Array(32), index: 0 } };
    const tx = pay({ network }, [never], testKey(1).secret, [{ amount: 1, lock: testKey(2).lock }]);
    const [entry] = await storeRow(
      'A',
      row(GENESIS, 1, 1, () => ({ transactions: [tx] })),
    );
    const damage = new Error('corrupt');
    bench.faults.audit = () => Promise.reject(damage);
    await expect(bench.activator.run()).rejects.toBe(damage);
    await expect(bench.activator.run()).rejects.toBe(damage);
    expect(bench.log).toEqual(['audit']);
    expect(entry!.status).toBe('stored');
  });
});

describe('a failure of the disk', () => {
  test('between an undo record and its commit leaves the tip before it, and the next start connects the rest', async () => {
    const blocks = row(GENESIS, 3, 1);
    await storeRow('A', blocks);
    const failure = new Error('the disk is gone');
    bench.faults.commit = ({ state }) => (state.height > 1 ? Promise.reject(failure) : Promise.resolve());
    // A batch may hold several blocks: the first alone, so that it is written.
    const first = bench.opened.index.get(blocks[0]!.header.idHex)!;
    await expect(bench.activator.run()).rejects.toBe(failure);
    await expect(bench.activator.run()).rejects.toBe(failure);
    expect(moves('steps')).toEqual(['+A1']);
    expect(tip()).toBe(first.id);
    // The undo record of the second block is on the disk, its commit is not.
    expect(bench.opened.index.get(blocks[1]!.header.idHex)!.undo).not.toBeNull();
    expect(bench.coins.ahead(coinKey(coinbaseOf(blocks[1]!).outpoint))).toBeUndefined();

    await close(bench);
    bench = await open();
    expect(bench.opened.active.tip.height).toBe(1);
    await storeRow('A', blocks.slice(1));
    await bench.activator.run();
    expect(moves('steps')).toEqual(['+A2', '+A3']);
    expect(tip()).toBe(blocks[2]!.header.idHex);
    expect(blocks.map((block) => coinOf(block)?.height)).toEqual([1, 2, 3]);
  });
});

test('blocks that arrive during exclusive work are connected after it', async () => {
  await storeRow('A', row(GENESIS, 2, 1));
  await bench.activator.exclusively(async () => {
    void bench.activator.run();
    await systemClock.soon();
    expect(bench.log).toEqual([]);
  });
  await bench.activator.waitUntilIdle();
  expect(moves('steps')).toEqual(['+A1', '+A2']);
});
