import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publicKeyFromSeed } from '../../main/core/crypto/ed25519.ts';
import { createTransaction } from '../../main/core/primitives/transaction.ts';
import { encodeRecords } from '../../main/core/primitives/records.ts';
import { CHAIN, deriveChain, deriveKeySeed } from '../../main/wallet/keys/key-path.ts';
import { mnemonicToSeed } from '../../main/core/crypto/mnemonic.ts';
import { toMotes } from '../../shared/units.ts';
import { type NodeProcess, startNodeProcess } from '../support/nodes/node-process.ts';
import { newDirectory, testKey } from '../support/chain/test-chain.ts';
import { until } from '../support/until.ts';
import type { Bench } from './bench.ts';
import { LONG_NETWORK } from './support/bench-network.ts';
import { type ChainShape, chainDirectory } from './support/chain-directory.ts';
import { readProcess } from './support/process-figures.ts';

const BLOCKS = 20_000;
/** Of 2 000 outputs each, what fits into a coinbase. */
const FANS = 500;
const FAN_OUTPUTS = 2000;
const FIRST_FAN = 10;
/** Independent hosts, as a wallet wants them before it spends (protocol.md §15). */
const SERVERS = 3;
const MNEMONIC = `${'abandon '.repeat(11)}about`;
const PASSWORD = 'the password of a bench';
const OWN_HEIGHT = 5;

/** A new node beside three that have everything: until a wallet with old coins can spend. */
export const bench: Bench = {
  name: 'snapshot-sync',
  description: `a new node, ${(FANS * FAN_OUTPUTS).toLocaleString('en')} coins and ${BLOCKS.toLocaleString('en')} headers: until its wallet is usable`,
  async run({ say }) {
    const { directory, networkFile } = await chainDirectory(await shape(), say);
    const servers: NodeProcess[] = [];
    const folders: string[] = [];
    let fresh: NodeProcess | null = null;
    try {
      for (let i = 0; i < SERVERS; i++) {
        const datadir = join(newDirectory(), 'data');
        folders.push(datadir);
        await cp(directory, datadir, { recursive: true });
        await rm(join(datadir, 'identity.key'), { force: true });
        const listen = [`/ip4/127.0.0.${i + 1}/tcp/0`];
        servers.push(await startNodeProcess({ network: networkFile, datadir, listen }));
      }
      say('from nothing …');
      const bootstrap = servers.map(({ addresses }) => addresses[0]!);
      const start = performance.now();
      const since = () => (performance.now() - start) / 1000;
      fresh = await startNodeProcess({ network: networkFile, bootstrap, args: ['--snapshot'] });
      folders.push(fresh.datadir);
      const { call, pid } = fresh;
      const ready = since();
      const status = () => call.node.status();
      await until(async () => (await status()).height === BLOCKS, 'at the tip', { ms: 120_000, every: 50 });
      const atTip = since();
      await call.wallet.restore({ name: 'mine', password: PASSWORD, mnemonic: MNEMONIC });
      const balance = async () => (await call.wallet.balance({ name: 'mine' })).confirmed;
      await until(async () => (await balance()) > 0, 'its coins are there', { ms: 60_000, every: 50 });
      const unproven = async () => (await status()).warnings.some(({ code }) => code === 'snapshot-unproven');
      await until(async () => !(await unproven()), 'they can be spent', { ms: 60_000, every: 50 });
      const usable = since();
      return {
        usable_wallet_s: usable,
        ready_s: ready,
        at_tip_s: atTip,
        peak_rss_mb: readProcess(pid).peakRssMb,
        coins: FANS * FAN_OUTPUTS,
        headers: BLOCKS,
      };
    } finally {
      await Promise.all([...servers, ...(fresh ? [fresh] : [])].map((node) => node.stop()));
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    }
  },
};

/** Most coins belong to other wallets; one old coinbase belongs to the wallet of the node. */
async function shape(): Promise<ChainShape> {
  const own = await ownLock();
  return {
    name: `snapshot-sync-v1-${BLOCKS}`,
    network: LONG_NETWORK,
    blocks: BLOCKS,
    parts(height, records) {
      if (height === OWN_HEIGHT) return { payTo: own };
      if (height < FIRST_FAN || height >= FIRST_FAN + FANS) return {};
      const outputs = Array.from({ length: FAN_OUTPUTS }, () => ({
        amount: toMotes(20_000),
        ...testKey(1).lock,
      }));
      const body = { version: 1, validFrom: height, expires: 0, inputs: [], outputs };
      return { coinbase: createTransaction({ ...body, witness: [encodeRecords(records)] }) };
    },
  };
}

async function ownLock(): Promise<{ lockType: number; lock: Uint8Array }> {
  const chain = deriveChain(await mnemonicToSeed(MNEMONIC), 0, CHAIN.receive);
  return { lockType: 0, lock: publicKeyFromSeed(deriveKeySeed(chain, 0)) };
}
