import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startNodeProcess } from '../support/nodes/node-process.ts';
import { newDirectory } from '../support/chain/test-chain.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');

interface Expected {
  readonly wallet: { readonly name: string; readonly password: string };
  readonly txid: string;
  /** A payment that another one replaced; neither is in a block. Not in the oldest ones. */
  readonly replaced?: string;
  readonly replacement?: string;
  readonly tip: unknown;
  readonly stats: unknown;
  readonly balance: Readonly<Record<string, number>>;
  readonly history: readonly string[];
}

// Of each schema of the chain database and of the wallet database one, and the oldest of all, which has never been stopped before it was kept.
const versions = readdirSync(FIXTURES).filter((name) => name.startsWith('datadir-'));

test.each(versions)(
  'the data directory %s of an earlier version opens with its chain and wallet, and the node mines and pays',
  async (name) => {
    const expected = JSON.parse(readFileSync(join(FIXTURES, name, 'expected.json'), 'utf8')) as Expected;
    const datadir = newDirectory();
    cpSync(join(FIXTURES, name), datadir, { recursive: true });
    const node = await startNodeProcess({ datadir, listen: [], args: ['--no-listen'] });
    const { call } = node;
    const { name: wallet, password } = expected.wallet;
    expect(await call.chain.tip()).toEqual(expected.tip);
    expect(await call.chain.stats()).toEqual(expected.stats);
    // The contract may have got fields since then.
    expect(await call.wallet.balance({ name: wallet })).toMatchObject(expected.balance);
    const history = await call.wallet.history({ name: wallet, limit: 100 });
    expect(history.map((entry) => entry.txid)).toEqual(expected.history);
    expect(history.find(({ state }) => state === 'cancelled')?.txid).toBe(expected.replaced);
    expect(history.find(({ txid }) => txid === expected.replaced)?.replacedBy).toBe(expected.replacement);
    const { address } = await call.wallet.address({ name: wallet });
    await call.wallet.send({ name: wallet, password, to: [{ address, amount: 1_000_000 }] });
    await call.mining.generate({ address, blocks: 1 });
    expect((await call.chain.transaction({ txid: expected.txid })).confirmations).toBe(6);
    await node.stop();
  },
);
