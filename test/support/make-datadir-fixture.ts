/**
 * Writes `test/fixtures/datadir-VERSION`: the data directory of a real node that mined, paid and was stopped, and what
 * it should say when a later version opens it. Run it once for each version that changes what is stored:
 * `node test/support/make-datadir-fixture.ts`. Never change an old one.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../main/lib/version.ts';
import { startNodeProcess } from './node-process.ts';
import { newDirectory } from './test-chain.ts';

const target = join(import.meta.dirname, '../fixtures', `datadir-${VERSION}`);
if (existsSync(target)) throw new Error(`${target} exists already`);

const datadir = newDirectory();
const wallet = { name: 'kept', password: 'opens in years to come' };
const node = await startNodeProcess({ datadir, listen: [], args: ['--no-listen'] });
const { call } = node;
await call.wallet.create(wallet);
const { address } = await call.wallet.address({ name: wallet.name });
await call.mining.generate({ address, blocks: 45 });
const { address: to } = await call.wallet.newAddress({ name: wallet.name, label: 'savings' });
const { txid } = await call.wallet.send({ ...wallet, to: [{ address: to, amount: 1_234_567_890 }] });
await call.mining.generate({ address, blocks: 5 });
const expected = {
  wallet,
  txid,
  tip: await call.chain.tip(),
  stats: await call.chain.stats(),
  balance: await call.wallet.balance({ name: wallet.name }),
  history: (await call.wallet.history({ name: wallet.name, limit: 100 })).map((entry) => entry.txid),
};
await node.stop();

mkdirSync(target, { recursive: true });
const kept = [
  'chain',
  'blocks',
  'undo',
  'snapshots',
  'wallets',
  'wallet-data',
  'mempool.dat',
  'identity.key',
];
for (const name of kept)
  if (existsSync(join(datadir, name))) cpSync(join(datadir, name), join(target, name), { recursive: true });
// LevelDB's own notes and lock say nothing that a test needs.
for (const folder of ['chain', 'wallet-data'])
  for (const file of ['LOG', 'LOCK']) rmSync(join(target, folder, file));
writeFileSync(join(target, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
rmSync(datadir, { recursive: true, force: true });
