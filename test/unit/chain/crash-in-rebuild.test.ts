import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extend, newDirectory, openTestChain } from '../../support/chain/test-chain.ts';
import { programOf } from '../../support/programs.ts';

const PROGRAM = programOf(new URL('../../support/fixtures/open-chain.ts', import.meta.url));
const BLOCKS = 4;

/** Opens the chain in a process that dies right after its write number `after`; the signal, or null if it came to its end. */
function openAndDie(directory: string, after: number): string | null {
  const { signal, status, stderr } = spawnSync(process.execPath, [PROGRAM, directory, String(BLOCKS)], {
    env: { ...process.env, KITH_CRASH_AFTER: String(after) },
    encoding: 'utf8',
  });
  if (signal === null && status !== 0) throw new Error(stderr);
  return signal;
}

test('a node that is killed after any write of a rebuild restores its chain without a peer', async () => {
  const original = newDirectory();
  const chain = await openTestChain({ directory: original });
  for (let i = 0; i < BLOCKS; i++) await extend(chain);
  const twin = { tip: chain.tip().id, totals: chain.totals(), set: await chain.setHash() };
  await chain.close();
  writeFileSync(join(original, 'chain', 'CURRENT'), 'nothing of the kind');

  let deaths = 0;
  for (;;) {
    const directory = newDirectory();
    cpSync(original, directory, { recursive: true });
    const signal = openAndDie(directory, deaths + 1);
    const again = await openTestChain({ directory });
    await expect.poll(() => again.tip().height).toBe(BLOCKS);
    expect({ tip: again.tip().id, totals: again.totals(), set: await again.setHash() }).toEqual(twin);
    await again.close();
    expect(readdirSync(directory)).not.toContain('chain.rebuild');
    rmSync(directory, { recursive: true });
    if (signal === null) break;
    deaths++;
  }
  // The mark, the folder, the schema, genesis, old undo records, headers, and for each block an undo record and a commit.
  expect(deaths).toBeGreaterThan(10);
}, 120_000);
