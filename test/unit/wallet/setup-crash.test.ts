import { cpSync, rmSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { newDirectory } from '../../support/chain/test-chain.ts';
import { activate, credentials, exchange, mine, network, people, stopAll, worlds } from './setup-world.ts';
import { eventually, openWorld, SUBSIDY } from './world.ts';

afterEach(stopAll);

test('a wallet that joins finds earlier payments also after a crash while its set-up is stored', async () => {
  const [a, b] = await people(2);
  await activate();
  const [, keysB] = await exchange('family');
  const request = { kind: 'shared', m: 1, keys: [keysB!] } as const;
  const setup = await a!.wallets.createSetup({ ...credentials('family'), setup: request });
  await mine(1, a!.wallets.payout('family'));
  await b!.stop(); // stores that the wallet is at the tip
  const copy = newDirectory();
  const copyAfterRename = (step: string) => {
    if (step !== 'sync-folder') return;
    rmSync(copy, { recursive: true });
    cpSync(b!.directory, copy, { recursive: true });
  };
  worlds[1] = await openWorld({ network, directory: b!.directory, fileStep: copyAfterRename });
  await worlds[1].wallets.joinSetup({ ...credentials('family'), setup });

  worlds.push(await openWorld({ network, directory: copy }));
  expect(worlds[2]!.wallets.list()).toContainEqual(
    expect.objectContaining({ name: 'family', kind: 'shared' }),
  );
  await eventually(async () => (await worlds[2]!.wallets.balance('family')).immature).toBe(SUBSIDY);
});
