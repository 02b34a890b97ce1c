import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicKeyFromSeed, sign } from '../../../main/core/crypto/ed25519.ts';
import { createSlicePool } from '../../../main/workers/slice-pool.ts';
import { createTaskBuffer } from '../../../main/workers/slice-task.ts';
import { createVerifyPool, type VerifyPool } from '../../../main/workers/verify-pool.ts';
import { createRandom } from '../../support/random.ts';

const JOB = 128;
const SIGNED = 16;

/** Jobs that hold, made of a few signatures again and again. */
function validJobs(count: number): Uint8Array {
  const random = createRandom(4);
  const data = new Uint8Array(count * JOB);
  for (let i = 0; i < Math.min(count, SIGNED); i++) {
    const [seed, message] = [random.bytes(32), random.bytes(32)];
    data.set([...publicKeyFromSeed(seed), ...sign(seed, message), ...message], i * JOB);
  }
  for (let i = SIGNED; i < count; i++) data.copyWithin(i * JOB, (i % SIGNED) * JOB, ((i % SIGNED) + 1) * JOB);
  return data;
}

function withBad(data: Uint8Array, ...indexes: number[]): Uint8Array {
  const copy = Uint8Array.from(data);
  for (const index of indexes) copy[index * JOB + 40]! ^= 4;
  return copy;
}

describe('the verify pool', () => {
  const all = validJobs(1000);
  let pool: VerifyPool;
  beforeAll(async () => {
    pool = await createVerifyPool({ threads: 2 });
  });
  afterAll(() => pool.close());

  test('runs on libsodium', () => {
    expect([pool.engine, pool.reason, pool.threads]).toEqual(['libsodium', undefined, 2]);
  });

  test.each([0, 1, 4, 5, 8, 9, 64, 257, 1000])('finds no invalid one among %i valid ones', async (count) => {
    expect(await pool.verifyBatch({ count, data: all })).toBe(-1);
  });

  test.each([
    [1, [0]],
    [4, [3]],
    [5, [4]],
    [100, [0]],
    [100, [99]],
    [100, [63, 64]],
    [1000, [998, 17, 500]],
    [1000, [16, 8, 24]],
  ])('of %i with %j invalid, returns the first', async (count, bad) => {
    const data = withBad(all.subarray(0, count * JOB), ...bad);
    expect(await pool.verifyBatch({ count, data })).toBe(Math.min(...bad));
  });

  test('many batches at the same time, valid and invalid, get their own results', async () => {
    const random = createRandom(11);
    const batches = Array.from({ length: 60 }, () => {
      const count = 1 + random.int(90);
      const bad = random.next() < 0.5 ? random.int(count) : -1;
      const data = bad < 0 ? all.slice(0, count * JOB) : withBad(all.subarray(0, count * JOB), bad);
      return { count, bad, data };
    });
    expect(await Promise.all(batches.map(pool.verifyBatch))).toEqual(batches.map(({ bad }) => bad));
  });

  test('changes of the caller’s memory after the call have no effect', async () => {
    const data = Uint8Array.from(all);
    const answer = pool.verifyBatch({ count: 1000, data });
    data.fill(0);
    expect(await answer).toBe(-1);
  });

  test('memory of createBatch is checked in place, also repeatedly', async () => {
    const data = pool.createBatch(300);
    expect(data.buffer).toBeInstanceOf(SharedArrayBuffer);
    for (const bad of [-1, 299, -1, 7]) {
      data.set(bad < 0 ? all.subarray(0, 300 * JOB) : withBad(all.subarray(0, 300 * JOB), bad));
      expect(await pool.verifyBatch({ count: 300, data: data.subarray(0, 300 * JOB) })).toBe(bad);
    }
    const twice = [pool.verifyBatch({ count: 300, data }), pool.verifyBatch({ count: 300, data })];
    expect(await Promise.all(twice)).toEqual([7, 7]);
  });

  test.each([-1, 1.5, NaN, 1001])('a count of %d for 1000 jobs is a bug, never a pass', async (count) => {
    await expect(pool.verifyBatch({ count, data: all })).rejects.toThrow(RangeError);
  });
});

test('a closed pool refuses tasks, and open ones are rejected', async () => {
  const pool = await createVerifyPool({ threads: 1 });
  const data = validJobs(1000);
  const answer = pool.verifyBatch({ count: 1000, data });
  const refused = expect(answer).rejects.toMatchObject({ code: 'worker-failed' });
  await pool.close();
  await refused;
  await expect(pool.verifyBatch({ count: 1000, data })).rejects.toMatchObject({ code: 'worker-failed' });
});

describe('when a worker crashes', () => {
  const script = new URL('../../support/mortal-worker.ts', import.meta.url);

  test('its task fails, the pool reports it, and the next task runs on a new worker', async () => {
    const said: string[] = [];
    const pool = await createSlicePool({
      name: 'mortal',
      script,
      threads: 1,
      log: { warn: (m) => said.push(m) },
    });
    try {
      for (let round = 0; round < 3; round++) {
        const fatal = pool.run(createTaskBuffer(0), 10, 1, 13);
        await expect(fatal).rejects.toMatchObject({ code: 'worker-failed' });
        expect(await pool.run(createTaskBuffer(0), 10, 1, 0)).toBe(-1);
      }
      expect(said.length).toBe(3);
      expect(said[0]).toContain('a mortal worker crashed: told to die');
    } finally {
      await pool.close();
    }
  });

  test('a worker that cannot start is an error at the start', async () => {
    const missing = new URL('../../support/no-such-worker.ts', import.meta.url);
    await expect(createSlicePool({ name: 'lost', script: missing, threads: 2 })).rejects.toMatchObject({
      code: 'worker-failed',
    });
  });
});
