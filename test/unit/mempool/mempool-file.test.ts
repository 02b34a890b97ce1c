import { systemClock } from '../../../main/lib/clock.ts';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KithError } from '../../../main/lib/errors.ts';
import { createPersistence } from '../../../main/mempool/persistence.ts';
import {
  decodePoolFile,
  readPoolFile,
  type SavedPool,
  type SavedTransaction,
  writePoolFile,
} from '../../../main/mempool/mempool-file.ts';
import { createRandom } from '../../support/random.ts';
import { newDirectory, silent } from '../../support/chain/test-chain.ts';
import { coinsOf, createWorld, ids } from './world.ts';

const network = new Uint8Array(32).fill(7);
const someTransactions = (count: number): SavedTransaction[] => {
  const random = createRandom(count);
  return Array.from({ length: count }, (_, i) => ({
    time: 1_800_000_000 + i,
    bytes: random.bytes(1 + random.int(900)),
  }));
};
const plain = (saved: readonly SavedTransaction[]) =>
  saved.map(({ time, bytes }) => `${time} ${Buffer.from(bytes).toString('hex')}`);
const poolOf = (transactions: readonly SavedTransaction[]): SavedPool => ({ transactions, blocks: [] });
const problemOf = (result: Awaited<ReturnType<typeof readPoolFile>>): string =>
  result !== null && 'problem' in result
    ? result.problem
    : `${result?.transactions.length ?? 'no'} transactions`;

describe('the mempool file', () => {
  test.each([0, 1, 5_000])('returns %i transactions', async (count) => {
    const file = join(newDirectory(), 'mempool.dat');
    const saved = someTransactions(count);
    await writePoolFile(file, network, 1_800_000_000, poolOf(saved));
    const read = await readPoolFile(file, network);
    expect(plain((read as SavedPool).transactions)).toEqual(plain(saved));
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  test('has exactly the bytes of its description', async () => {
    const file = join(newDirectory(), 'mempool.dat');
    await writePoolFile(file, network, 3, {
      transactions: [{ time: 5, bytes: Uint8Array.of(1, 2, 3) }],
      blocks: [{ height: 7, asked: 12.3456, reach: 10 }],
    });
    const body = Buffer.concat([
      Buffer.from('KITHPOOL'),
      Buffer.from('02000000', 'hex'),
      network,
      Buffer.from('0300000000000000' + '01000000', 'hex'),
      Buffer.from('0500000000000000' + '03' + '010203', 'hex'),
      Buffer.from('01000000' + '07000000' + '3a30000000000000' + '1027000000000000', 'hex'),
    ]);
    expect(readFileSync(file).toString('hex')).toBe(
      Buffer.concat([body, createHash('sha256').update(body).digest()]).toString('hex'),
    );
  });

  test('a missing file is empty, and a folder in its place is a problem', async () => {
    const folder = newDirectory();
    expect(await readPoolFile(join(folder, 'none'), network)).toBeNull();
    mkdirSync(join(folder, 'mempool.dat'));
    expect(problemOf(await readPoolFile(join(folder, 'mempool.dat'), network))).toMatch(/cannot be read/);
  });

  test('a file of another network or format, or a missing file, is ignored', async () => {
    const file = join(newDirectory(), 'mempool.dat');
    await writePoolFile(file, network, 1, poolOf(someTransactions(3)));
    expect(problemOf(await readPoolFile(file, new Uint8Array(32)))).toMatch(/another network/);
    const bytes = readFileSync(file);
    bytes[8] = 3;
    const body = bytes.subarray(0, -32);
    writeFileSync(file, Buffer.concat([body, createHash('sha256').update(body).digest()]));
    expect(problemOf(await readPoolFile(file, network))).toMatch(/format 3/);
    writeFileSync(file, 'something else');
    expect(problemOf(await readPoolFile(file, network))).toMatch(/not a mempool file/);
  });

  test('a truncated file, or one with a changed byte, is refused', async () => {
    const file = join(newDirectory(), 'mempool.dat');
    await writePoolFile(file, network, 1, poolOf(someTransactions(4)));
    const whole = readFileSync(file);
    for (let length = 0; length < whole.length; length++)
      expect(decodePoolFile(whole.subarray(0, length), network)).toHaveProperty('problem');
    for (let at = 0; at < whole.length; at += 3) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 0x10;
      expect(decodePoolFile(damaged, network)).toHaveProperty('problem');
    }
  });

  test('returns the observed blocks, and reads a file of format 1 without them', async () => {
    const file = join(newDirectory(), 'mempool.dat');
    const blocks = [
      { height: 7, asked: 0, reach: 10 },
      { height: 8, asked: 12.5, reach: 20 },
    ];
    await writePoolFile(file, network, 1, { transactions: someTransactions(1), blocks });
    expect(await readPoolFile(file, network)).toMatchObject({ blocks });
    const body = readFileSync(file).subarray(0, -32 - 4 - 2 * 20);
    body[8] = 1;
    writeFileSync(file, Buffer.concat([body, createHash('sha256').update(body).digest()]));
    const old = (await readPoolFile(file, network)) as SavedPool;
    expect([old.transactions.length, old.blocks]).toEqual([1, []]);
  });

  test('more blocks than are observed are refused', async () => {
    const file = join(newDirectory(), 'mempool.dat');
    const blocks = Array.from({ length: 101 }, (_, height) => ({ height, asked: 1, reach: 1 }));
    await writePoolFile(file, network, 1, { transactions: [], blocks });
    expect(problemOf(await readPoolFile(file, network))).toMatch(/cannot be decoded/);
  });

  test('reading never throws, whatever the file contains', () => {
    const header = Buffer.concat([Buffer.from('KITHPOOL\x01\0\0\0'), network, Buffer.alloc(8)]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, headed) => {
        const body = headed ? Buffer.concat([header, bytes]) : Buffer.from(bytes);
        const summed = Buffer.concat([body, createHash('sha256').update(body).digest()]);
        const result = decodePoolFile(summed, network);
        expect('transactions' in result || typeof result.problem === 'string').toBe(true);
      }),
      { seed: 5, numRuns: 2_000 },
    );
  });
});

describe('a restart', () => {
  test('restores the mempool with times and chains of transactions', async () => {
    const file = join(newDirectory(), 'mempool.dat');
    const world = await createWorld({ file });
    const coins = await world.funds(300);
    const line = [world.payment([coins[0]!])];
    while (line.length < 25) line.push(world.payment(coinsOf(line.at(-1)!)));
    const all = [...line, ...coins.slice(1).map((coin) => world.payment([coin]))];
    for (const tx of all) expect(await world.submit(tx)).toBe('in');
    const before = world.mempool.list(1_000);
    world.clock.pass(90_000);
    await world.restart();
    await world.mempool.idle();
    const after = world.mempool.list(1_000);
    expect(after.map(({ txid, time, ancestors }) => [txid, time, ancestors])).toEqual(
      before.map(({ txid, time, ancestors }) => [txid, time, ancestors]),
    );
    expect(after).toHaveLength(324);
  });

  test('drops transactions that were mined, spent or expired meanwhile', async () => {
    const file = join(newDirectory(), 'mempool.dat');
    const world = await createWorld({ file });
    const coins = await world.funds(4);
    const tip = world.chain.tip().height;
    const mined = world.payment([coins[0]!]);
    const spent = world.payment([coins[1]!]);
    const onSpent = world.payment(coinsOf(spent));
    const expiring = world.payment([coins[2]!], { expires: tip + 31 });
    const lasting = world.payment([coins[3]!], { expires: tip + 60 });
    const onMined = world.payment(coinsOf(mined));
    for (const tx of [mined, spent, onSpent, expiring, lasting, onMined])
      expect(await world.submit(tx)).toBe('in');
    await world.mempool.stop();
    const kept = readFileSync(file);
    await world.mine([mined, world.payment([coins[1]!], { fee: 70_000 })]);
    while (world.chain.tip().height < tip + 32) await world.mine();
    // The chain went on without this pool, as after a crash.
    writeFileSync(file, kept);
    await world.restart({ file });
    await world.mempool.idle();
    expect(world.mempool.list(10).map(({ txid }) => txid)).toEqual(ids([lasting, onMined]).sort());
  });

  test('a corrupt file is ignored, and the next stop writes a valid one', async () => {
    const file = join(newDirectory(), 'mempool.dat');
    const world = await createWorld({ file });
    const [coin] = await world.funds(1);
    await world.submit(world.payment([coin!]));
    await world.mempool.save();
    const damaged = readFileSync(file);
    damaged[60]! ^= 1;
    await world.mempool.stop();
    writeFileSync(file, damaged);
    await world.restart({ file });
    expect(world.mempool.summary().count).toBe(0);
    await world.mempool.stop();
    expect(await readPoolFile(file, world.chain.network.id)).toMatchObject({ transactions: [] });
  });

  test('a verifier that fails while the file is read loses no payment', async () => {
    const file = join(newDirectory(), 'mempool.dat');
    const world = await createWorld({ file });
    const coins = await world.funds(3);
    for (const coin of coins) await world.submit(world.payment([coin]));
    await world.mempool.stop();
    const {
      network: { id },
      tip,
    } = world.chain;
    let asked = 0;
    const admitted: SavedTransaction[] = [];
    const persistence = createPersistence({
      file,
      networkId: id,
      snapshot: () => poolOf(admitted),
      rates: { restore: () => undefined },
      admission: {
        async admit({ tx, time }) {
          if (++asked === 2) throw new KithError('worker-failed');
          admitted.push({ time: time!, bytes: tx.bytes });
          return null;
        },
      },
      clock: { ...systemClock, now: () => tip().time, monotonic: () => 0 },
      log: silent,
    });
    await persistence.load(new AbortController().signal);
    expect(admitted).toHaveLength(3);
    rmSync(file);
    await persistence.save();
    expect(problemOf(await readPoolFile(file, id))).toBe('3 transactions');
  });

  test('several saves at the same time and one at the end leave one complete file', async () => {
    const file = join(newDirectory(), 'mempool.dat');
    const world = await createWorld({ file });
    const [coin] = await world.funds(1);
    await world.submit(world.payment([coin!]));
    await Promise.all([1, 2, 3].map(() => world.mempool.save()));
    await Promise.all([world.mempool.save(), world.mempool.stop()]);
    expect(problemOf(await readPoolFile(file, world.chain.network.id))).toBe('1 transactions');
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  test('a folder that cannot be written does not stop the node', async () => {
    const world = await createWorld({ file: join(newDirectory(), 'no', 'such', 'folder', 'mempool.dat') });
    await world.mempool.save();
    await world.restart({});
  });
});
