import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeBlock } from '../../../main/core/primitives/block.ts';
import { isViolation } from '../../../main/core/violation.ts';
import { openWalletData } from '../../../main/wallet/ledger/wallet-data.ts';
import { newDirectory, silent } from '../../support/chain/test-chain.ts';
import { type NodeProcess, startNodeProcess } from '../../support/nodes/node-process.ts';
import { importFixture, writeBenchNetwork } from './bench-chain.ts';
import { BENCH_NETWORK } from './bench-network.ts';
import { chainFixture, fixtureKey } from './chain-fixture.ts';
import { type Ground, type WalletSize, writeContacts, writeLargeWallet } from './large-wallet.ts';

export const LARGE = 'large';
const OTHERS: WalletSize = { rows: 500, coins: 500, addresses: 500, labels: 20 };
const BLOCKS = 200;
const TRANSACTIONS = 500;

/** What the measured node has: no wallets for `wallets: 0`, otherwise the large one and small ones. */
export interface Household {
  readonly wallets: number;
  readonly contacts: number;
  readonly large: WalletSize;
}

/** A serving node with 200 blocks of 500 signed payments, and data directories of nodes that lack them. */
export interface WalletWorld {
  readonly payments: number;
  readonly height: number;
  /** The first of these blocks. */
  readonly firstHeight: number;
  readonly serving: NodeProcess;
  /** Makes the data directory of a household. */
  furnish(household: Household): Promise<Furnished>;
  stop(): Promise<void>;
}

export interface Furnished {
  readonly addresses: readonly string[];
  /** A node that has everything but the blocks, and knows no peer. Its delays are measured inside. */
  start(env?: Readonly<Record<string, string>>): Promise<NodeProcess>;
}

export async function openWalletWorld(say: (line: string) => void): Promise<WalletWorld> {
  const fixture = await chainFixture({ blocks: BLOCKS, transactions: TRANSACTIONS });
  const folder = newDirectory();
  const network = await writeBenchNetwork(folder);
  const [full, base] = [join(folder, 'full'), join(folder, 'base')];
  for (const directory of [full, base]) await mkdir(directory);
  say('importing the chain on the serving node …');
  await importFixture(fixture, network, full);
  await importFixture({ ...fixture, blocks: [] }, network, base);
  const ground = groundOf(fixture.prelude);
  const serving = await startNodeProcess({ network, datadir: full });
  let number = 0;

  return {
    payments: BLOCKS * TRANSACTIONS,
    height: fixture.prelude.length + fixture.blocks.length,
    firstHeight: fixture.prelude.length + 1,
    serving,
    async furnish(household) {
      const directory = join(folder, `household-${++number}`);
      await cp(base, directory, { recursive: true });
      const addresses = await writeHousehold(directory, ground, household);
      return {
        addresses,
        async start(env = {}) {
          const datadir = join(folder, 'measured');
          await rm(datadir, { recursive: true, force: true });
          await cp(directory, datadir, { recursive: true });
          return startNodeProcess({ network, datadir, watched: true, env });
        },
      };
    },
    async stop() {
      await serving.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function groundOf(prelude: readonly Uint8Array[]): Ground {
  const { genesis } = BENCH_NETWORK;
  const tip = decodeBlock(prelude.at(-1)!);
  if (isViolation(tip)) throw new Error(tip.code);
  const { height, idHex: id, time } = tip.header;
  return {
    network: BENCH_NETWORK,
    genesis: { height: 0, id: genesis.header.idHex },
    tip: { height, id, time },
  };
}

/** Gives the addresses of the large wallet. */
async function writeHousehold(
  directory: string,
  ground: Ground,
  { wallets, contacts, large }: Household,
): Promise<readonly string[]> {
  if (contacts > 0) await writeContacts(directory, ground, contacts);
  if (wallets === 0) return [];
  const data = await openWalletData(join(directory, 'wallet-data'), silent);
  // Each block of the chain pays some of it, and spends some.
  const firstKey = fixtureKey(0);
  const addresses = await writeLargeWallet(directory, data, ground, {
    name: LARGE,
    size: large,
    seed: 7,
    firstKey,
  });
  for (let other = 1; other < wallets; other++)
    await writeLargeWallet(directory, data, ground, {
      name: `other-${other}`,
      size: OTHERS,
      seed: 100 + other,
    });
  await data.close();
  return addresses;
}
