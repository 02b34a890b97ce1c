import { existsSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { extend, newDirectory, openTestChain } from '../../support/chain/test-chain.ts';
import { cleanUp, run } from './program.ts';

afterAll(cleanUp);

const BLOCKS = 40;

/** A data directory with a chain in it. */
async function madeDirectory(blocks = BLOCKS): Promise<string> {
  const directory = newDirectory();
  const chain = await openTestChain({ directory });
  for (let i = 0; i < blocks; i++) await extend(chain);
  await chain.close();
  return directory;
}

const kith = async (directory: string, ...args: string[]) => {
  const { code, out, fault } = await run([...args, '--network', 'regtest', '--datadir', directory, '--json']);
  return { code, fault, said: out === '' ? null : (JSON.parse(out) as Record<string, unknown>) };
};

describe('chain commands', () => {
  test('read the whole chain while the database is still being rebuilt', async () => {
    const directory = await madeDirectory();
    rmSync(join(directory, 'chain'), { recursive: true });
    const file = join(newDirectory(), 'blocks');
    expect(await kith(directory, 'chain', 'export', file)).toMatchObject({
      code: 0,
      said: { blocks: BLOCKS },
    });
    expect(existsSync(file) && statSync(file).size).toBeGreaterThan(BLOCKS * 88);

    rmSync(join(directory, 'chain'), { recursive: true });
    expect(await kith(directory, 'verify')).toMatchObject({
      code: 1,
      said: {
        height: BLOCKS,
        blocks: BLOCKS,
        coins: BLOCKS,
        problems: [expect.stringMatching(/has been built again from the stored blocks/)],
      },
    });
    expect(await kith(directory, 'verify', '--deep')).toMatchObject({
      code: 0,
      said: { height: BLOCKS, blocks: BLOCKS, deep: true, problems: [] },
    });
  });
});

describe('a chain as a file', () => {
  test('is imported completely into another directory, and a truncated file is refused', async () => {
    const from = await madeDirectory();
    const file = join(newDirectory(), 'blocks');
    expect(await kith(from, 'chain', 'export', file)).toMatchObject({ code: 0, said: { blocks: BLOCKS } });
    expect(await kith(from, 'chain', 'export', file)).toMatchObject({
      code: 1,
      fault: { code: 'file-exists' },
    });
    const to = newDirectory();
    expect(await kith(to, 'chain', 'import', file)).toMatchObject({
      code: 0,
      said: { blocks: BLOCKS, complete: true },
    });
    expect(await kith(to, 'verify', '--deep')).toMatchObject({
      code: 0,
      said: { height: BLOCKS, blocks: BLOCKS, deep: true, problems: [] },
    });
    truncateSync(file, statSync(file).size - 1);
    expect(await kith(newDirectory(), 'chain', 'import', file)).toMatchObject({
      code: 1,
      fault: { code: 'chain-file-incomplete', data: { height: BLOCKS } },
    });
  });

  test.each([
    ['is missing', 'none', 'file-missing'],
    ['is a folder', '.', 'file-unusable'],
    ['is a text', 'text', 'chain-file-invalid'],
  ])('that %s is refused by an import, which creates no data directory', async (_what, name, code) => {
    const folder = newDirectory();
    const directory = join(folder, 'data');
    writeFileSync(join(folder, 'text'), 'a text of more than forty bytes, which is not a chain file');
    const failed = { code: 1, fault: { code } };
    expect(await kith(directory, 'chain', 'import', join(folder, name))).toMatchObject(failed);
    expect(existsSync(directory)).toBe(false);
  });

  test('is not exported into a folder that does not exist', async () => {
    const folder = newDirectory();
    const directory = await madeDirectory(1);
    expect(await kith(directory, 'chain', 'export', join(folder, 'none', 'file'))).toMatchObject({
      code: 1,
      fault: { code: 'folder-missing', data: { folder: join(folder, 'none') } },
    });
  });

  test('a check that finds a problem exits with code 1 and a sentence', async () => {
    const directory = await madeDirectory(5);
    const undo = join(directory, 'undo', '000001.seg');
    truncateSync(undo, statSync(undo).size - 1);
    expect(await kith(directory, 'verify')).toMatchObject({
      code: 1,
      said: { problems: ['the undo record of block 5 is gone'] },
    });
  });
});
