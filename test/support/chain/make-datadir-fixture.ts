/**
 * Writes `test/fixtures/datadir-NAME`: the data directory of a real node that mined, paid, replaced a payment, searched the
 * chain, was stopped and started again, so that its databases have tables and a log, and what it should say when a later
 * version opens it. Run it once for each schema of the chain database, `schema-N`, and of the wallet database,
 * `wallet-schema-N`: `node test/support/chain/make-datadir-fixture.ts NAME`. Never change an old one.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../until.ts';
import { startNodeProcess } from '../nodes/node-process.ts';
import { newDirectory } from './test-chain.ts';

const name = process.argv[2];
if (name === undefined) throw new Error('name the fixture, such as wallet-schema-4');
const target = join(import.meta.dirname, '../../fixtures', `datadir-${name}`);
if (existsSync(target)) throw new Error(`${target} exists already`);

const datadir = newDirectory();
const wallet = { name: 'kept', password: 'opens in years to come' };
const open = () => startNodeProcess({ datadir, listen: [], args: ['--no-listen'] });
let node = await open();
await node.call.wallet.create(wallet);
const { address } = await node.call.wallet.address({ name: wallet.name });
for (const blocks of [20, 25]) {
  await node.call.mining.generate({ address, blocks });
  await node.stop();
  node = await open();
}
const { call } = node;
const { address: to } = await call.wallet.newAddress({ name: wallet.name, label: 'savings' });
const { txid } = await call.wallet.send({ ...wallet, to: [{ address: to, amount: 1_234_567_890 }] });
await call.mining.generate({ address, blocks: 5 });
const { txid: replaced } = await call.wallet.send({
  ...wallet,
  to: [{ address: to, amount: 2_000_000_000 }],
  feerate: 100,
});
const { draft } = await call.wallet.prepareFaster({
  name: wallet.name,
  txid: replaced,
  how: 'speed-up',
  feerate: 500,
});
const { txid: replacement } = await call.wallet.confirm({ draft, password: wallet.password });
await call.wallet.rescan({ name: wallet.name, fromHeight: 0 });
await until(
  async () => (await call.wallet.search({ name: wallet.name })).state === 'done',
  'the search ends',
);
const expected = {
  wallet,
  txid,
  replaced,
  replacement,
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
for (const part of kept)
  if (existsSync(join(datadir, part))) cpSync(join(datadir, part), join(target, part), { recursive: true });
// LevelDB's own notes and lock say nothing that a test needs.
for (const folder of ['chain', 'wallet-data'])
  for (const file of ['LOG', 'LOG.old', 'LOCK']) rmSync(join(target, folder, file), { force: true });
writeFileSync(join(target, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
rmSync(datadir, { recursive: true, force: true });
