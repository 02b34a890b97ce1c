import { execFileSync } from 'node:child_process';
import { rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, type TestContext } from 'vitest';
import { sleep } from '../../main/lib/clock.ts';
import { messageOf } from '../../main/lib/errors.ts';
import { run } from './cli/program.ts';
import { startNodeProcess } from '../support/nodes/node-process.ts';
import { newDirectory } from '../support/chain/test-chain.ts';

const mounted: string[] = [];
afterEach(() => {
  for (const directory of mounted.splice(0)) execFileSync('umount', ['--lazy', directory]);
});

/** A disk that is soon full; where we may not make one, the test is skipped with its reason. */
function smallDisk(context: TestContext): string {
  const directory = newDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'kith-test', directory], { stdio: 'ignore' });
  } catch {
    console.log('skipped: only root can mount the small disk that this test fills');
    return context.skip();
  }
  mounted.push(directory);
  return directory;
}

test('a full disk stops the node with a sentence, and the node continues when there is space', async (context) => {
  const disk = smallDisk(context);
  const datadir = join(disk, 'node');
  const node = await startNodeProcess({ datadir, listen: [], args: ['--no-listen'] });
  const password = 'there is no room';
  await node.call.wallet.create({ name: 'w', password });
  const { address } = await node.call.wallet.address({ name: 'w' });
  await node.call.mining.generate({ address, blocks: 30 });
  const before = await node.call.chain.tip();
  fill(join(disk, 'junk'));
  await expect(mineUntilItFails(node.call.mining, address)).rejects.toBeDefined();
  await node.ended;
  expect(node.errors()).toMatch(/disk-full|disk is full/);

  rmSync(join(disk, 'junk'));
  const again = await startNodeProcess({ datadir, listen: [], args: ['--no-listen'] });
  const after = await again.call.chain.tip();
  expect(after.height).toBeGreaterThanOrEqual(before.height - 1);
  expect((await again.call.chain.stats()).total).toBe(after.height * 2_000_000_000);
  await again.call.mining.generate({ address, blocks: 10 });
  await expect
    .poll(async () => {
      const { confirmed, immature } = await again.call.wallet.balance({ name: 'w' });
      return confirmed + immature;
    })
    .toBe((after.height + 10) * 2_000_000_000);
  await again.stop();
});

test('a rebuild of the database on a full disk fails with a sentence, and is complete when there is space', async (context) => {
  const disk = smallDisk(context);
  const datadir = join(disk, 'node');
  const node = await startNodeProcess({ datadir, listen: [], args: ['--no-listen'] });
  await node.call.wallet.create({ name: 'w', password: 'there is no room' });
  const { address } = await node.call.wallet.address({ name: 'w' });
  await node.call.mining.generate({ address, blocks: 50 });
  const before = await node.call.chain.stats();
  await node.stop();
  writeFileSync(join(datadir, 'chain', 'CURRENT'), 'nonsense');
  fill(join(disk, 'junk'));
  const start = () => startNodeProcess({ datadir, listen: [], args: ['--no-listen'] });
  // A little more room each time, so that it runs out at another moment of the rebuild.
  let refusals = 0;
  for (const kib of [0, 16, 32, 64, 128]) {
    truncateSync(join(disk, 'junk'), statSync(join(disk, 'junk')).size - (kib << 10));
    const early = await start().catch((error: unknown) => messageOf(error));
    if (typeof early === 'string') {
      expect(early).toMatch(/disk-full|disk is full/);
      refusals++;
      continue;
    }
    // It came up, and may yet run out of room.
    await Promise.race([early.ended, new Promise((resolve) => setTimeout(resolve, 500))]);
    await early.kill();
  }
  expect(refusals).toBeGreaterThan(0);

  rmSync(join(disk, 'junk'));
  const again = await start();
  await expect.poll(() => again.call.chain.stats()).toEqual(before);
  await again.stop();
});

test('no block, wallet or payment is lost when the disk becomes full during any write', async (context) => {
  const disk = smallDisk(context);
  const datadir = join(disk, 'node');
  const junk = join(disk, 'junk');
  const start = () => startNodeProcess({ datadir, listen: [], args: ['--no-listen'] });
  const password = 'there is no room';
  let node = await start();
  await node.call.wallet.create({ name: 'w', password });
  const { address } = await node.call.wallet.address({ name: 'w' });
  await node.call.mining.generate({ address, blocks: 30 });

  for (const [round, kib] of [4, 12, 30, 60, 100, 200, 400, 800].entries()) {
    const before = await node.call.chain.tip();
    fill(junk);
    truncateSync(junk, statSync(junk).size - (kib << 10));
    // What people do, all at once, until one of it fails.
    await Promise.allSettled([
      mineUntilItFails(node.call.mining, address),
      payUntilItFails(node.call.wallet, address, password),
      node.call.wallet.create({ name: `late${round}`, password }),
    ]);
    await Promise.race([node.ended, sleep(3000)]);
    rmSync(junk);
    // A UTXO set that could not be written holds up mining and nothing else; after any other failed write the node ends.
    const mines = await node.call.mining.generate({ address, blocks: 1 }).then(
      () => true,
      () => false,
    );
    if (!mines) {
      await node.ended;
      expect(node.errors()).toMatch(/disk-full|disk is full/);
      node = await start();
    }
    const after = await node.call.chain.tip();
    expect(after.height).toBeGreaterThanOrEqual(before.height - 1);
    expect((await node.call.chain.stats()).total).toBe(after.height * 2_000_000_000);
  }
  // All that was ever mined is this wallet's, fees included.
  await node.call.mining.generate({ address, blocks: 1 });
  const { height } = await node.call.chain.tip();
  await expect
    .poll(async () => {
      const { confirmed, immature } = await node.call.wallet.balance({ name: 'w' });
      return confirmed + immature;
    })
    .toBe(height * 2_000_000_000);
  for (const { name } of await node.call.wallet.list()) await node.call.wallet.address({ name });
  await node.stop();
  const checked = await run(['verify', '--deep', '--network', 'regtest', '--datadir', datadir, '--json']);
  expect(JSON.parse(checked.out)).toMatchObject({ height, problems: [] });
});

/** Takes every byte that is left. */
function fill(file: string): void {
  for (const chunk of [1 << 20, 1 << 16, 1 << 12]) {
    try {
      for (;;) writeFileSync(file, new Uint8Array(chunk), { flag: 'a' });
    } catch {
      // No room for a piece of this size: on with a smaller one.
    }
  }
}

async function mineUntilItFails(
  mining: { generate(input: { address: string; blocks: number }): Promise<unknown> },
  address: string,
): Promise<void> {
  for (let tries = 0; tries < 500; tries++) await mining.generate({ address, blocks: 10 });
}

async function payUntilItFails(
  wallet: {
    send(input: {
      name: string;
      password: string;
      to: { address: string; amount: number }[];
    }): Promise<unknown>;
  },
  address: string,
  password: string,
): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    await wallet.send({ name: 'w', password, to: [{ address, amount: 1_000_000 }] });
    await sleep(20);
  }
}
