import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import { openChainDb } from '../../../main/storage/chain-db.ts';
import { sealPayload } from '../../../main/storage/checksum.ts';
import { addOutpointTo } from '../../../main/storage/coin-sum.ts';
import { key, SCHEMA } from '../../../main/storage/keys.ts';
import { extend, newDirectory, openTestChain } from '../../support/chain/test-chain.ts';

async function edit(
  directory: string,
  change: (level: ClassicLevel<Uint8Array, Uint8Array>) => Promise<void>,
) {
  const level = new ClassicLevel<Uint8Array, Uint8Array>(join(directory, 'chain'), {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  await level.open();
  await change(level);
  await level.close();
}

async function chainOf(blocks: number): Promise<string> {
  const directory = newDirectory();
  const chain = await openTestChain({ directory });
  for (let i = 0; i < blocks; i++) await extend(chain);
  await chain.close();
  return directory;
}

async function stateIn(directory: string) {
  const db = await openChainDb(join(directory, 'chain'), REGTEST_NETWORK.id);
  const state = db.readState()!;
  let sum = 0;
  const frozen = db.freeze();
  for await (const batch of frozen.batches())
    for (const { outpoint } of batch) sum = addOutpointTo(sum, outpoint);
  await frozen.release();
  await db.close();
  return { state, sum };
}

test('the checksum that commits update is the checksum of all coins', async () => {
  const { state, sum } = await stateIn(await chainOf(12));
  expect(state.coins).toBe(12);
  expect(state.coinSum).toBe(sum);
});

test('a directory of schema 1 is migrated, and its chain continues', async () => {
  const directory = await chainOf(12);
  const before = await stateIn(directory);
  await edit(directory, async (level) => {
    const record = (await level.get(key.state))!;
    await level.put(key.state, sealPayload(key.state, record.subarray(4, record.length - 8)));
    await level.put(key.schema, sealPayload(key.schema, Uint8Array.of(1)));
  });
  expect(await stateIn(directory)).toEqual(before);
  const chain = await openTestChain({ directory });
  await extend(chain);
  expect(chain.totals().coins).toBe(13);
  await chain.close();
  const { state, sum } = await stateIn(directory);
  expect(state.coinSum).toBe(sum);
});

test('a directory of a newer schema is not changed, and has its own code', async () => {
  const directory = await chainOf(2);
  await edit(directory, (level) => level.put(key.schema, sealPayload(key.schema, Uint8Array.of(SCHEMA + 1))));
  await expect(openTestChain({ directory })).rejects.toMatchObject({ code: 'storage-schema' });
});

test('a directory of another network is not changed, and has its own code', async () => {
  const directory = await chainOf(2);
  await edit(directory, (level) => level.put(key.network, sealPayload(key.network, new Uint8Array(32))));
  await expect(openTestChain({ directory })).rejects.toMatchObject({ code: 'storage-other-network' });
});
