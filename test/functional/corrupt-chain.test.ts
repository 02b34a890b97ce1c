import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type Connected, connectNode } from '../../main/cli/connect.ts';
import { findApi } from '../../main/rpc/token.ts';
import { newDirectory } from '../support/chain/test-chain.ts';
import { startNodeProcess } from '../support/nodes/node-process.ts';

const REWARD = 2_000_000_000;
const BLOCKS = 40;

/** Turns one bit of every coin of one reward in the tables; in place, so that the node that has them mapped sees it. */
function flipAmounts(folder: string): number {
  const amount = Buffer.alloc(9);
  amount[0] = 1;
  amount.writeBigUInt64LE(BigInt(REWARD), 1);
  let flips = 0;
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.ldb'))) {
    const bytes = readFileSync(join(folder, name));
    for (let at = bytes.indexOf(amount); at >= 0; at = bytes.indexOf(amount, at + 1)) {
      bytes[at + 2]! ^= 4;
      flips++;
    }
    writeFileSync(join(folder, name), bytes, { flag: 'r+' });
  }
  return flips;
}

async function connect(datadir: string): Promise<Connected> {
  const place = findApi(datadir);
  if (place === null) throw new Error('no node says where it is');
  const token = readFileSync(place.tokenFile, 'utf8').trim();
  return connectNode({ api: place.api, token, where: datadir });
}

test('a chain database that becomes corrupt while the node runs is rebuilt in the same process without help of the user', async () => {
  const datadir = newDirectory();
  const options = { datadir, listen: [], args: ['--no-listen'] };
  const first = await startNodeProcess(options);
  const password = 'it is rebuilt';
  await first.call.wallet.create({ name: 'w', password });
  const { address } = await first.call.wallet.address({ name: 'w' });
  await first.call.mining.generate({ address, blocks: BLOCKS });
  const before = await first.call.chain.stats();
  await first.stop();
  // A log becomes a table when LevelDB opens it.
  await (await startNodeProcess(options)).stop();

  const node = await startNodeProcess(options);
  // A coin may still be in a table that a later one replaces.
  expect(flipAmounts(join(datadir, 'chain'))).toBeGreaterThanOrEqual(BLOCKS);
  const payment = { name: 'w', password, to: [{ address, amount: 1_000_000 }] };
  // It meets a corrupt coin, unless the count of the coins in the background has met one before.
  await node.call.wallet.send(payment).catch(() => undefined);
  await expect.poll(() => node.errors(), { timeout: 60_000 }).toContain('the node restarts and rebuilds it');

  // The same address and the same token: clients connect again.
  const again = await vi.waitFor(() => connect(datadir), { timeout: 60_000, interval: 100 });
  await expect.poll(() => again.client.chain.stats(), { timeout: 60_000 }).toEqual(before);
  const { warnings } = await again.client.node.status();
  expect(warnings.map(({ code }) => code)).toContain('chain-rebuilt');
  await again.client.wallet.send(payment);
  await again.client.mining.generate({ address, blocks: 1 });
  again.close();
  expect(await node.stop()).toBe(0);

  const last = await startNodeProcess(options);
  expect((await last.call.node.status()).warnings.map(({ code }) => code)).not.toContain('chain-rebuilt');
  expect(await last.call.chain.tip()).toMatchObject({ height: BLOCKS + 1 });
  await last.stop();
});
