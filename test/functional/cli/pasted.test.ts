import { afterAll, expect, test } from 'vitest';
import { newFolder } from '../../support/folder.ts';
import { call, cleanUp, NODE, run, start } from './program.ts';

// What people paste into a terminal, and what it is given back: a node that mines for a pasted address, a second one that
// begins with an address as lists of peers show it.
const PASSWORD = 'p@ss word';
const UNSEEN = '\u200b';

afterAll(cleanUp);

interface Ready {
  readonly addresses: readonly string[];
  readonly peerId: string;
}

test('the terminal accepts pasted text with invisible characters, and prints no control characters', async () => {
  const dir = newFolder();
  const { addresses, peerId } = (await start([...NODE, '--datadir', dir]).line()) as unknown as Ready;
  const name = 'économies'.normalize('NFD');
  const made = (await call(dir, 'wallet.create', { name, password: PASSWORD, words: 12 })) as {
    name: string;
    mnemonic: string;
  };
  expect(made.name).toBe('économies');
  const { address } = (await call(dir, 'wallet.address', { name })) as { address: string };
  const pasted = `${UNSEEN}${address.slice(0, 20)} \n${address.slice(20)}\u00a0`;
  const { ids } = (await call(dir, 'mining.generate', { address: pasted, blocks: 1 })) as { ids: string[] };
  expect(await call(dir, 'chain.header', { id: `${UNSEEN}${ids[0]}\n` })).toMatchObject({ height: 1 });
  const words = made.mnemonic.split(' ').map((word, i) => `${i + 1})\u00a0${word}`);
  expect(await call(dir, 'wallet.inspect', { mnemonic: words.join('\n') })).toEqual({
    firstAddress: address,
    wallet: 'économies',
  });

  // As Windows pipes it.
  const marked = await run(['call', '--datadir', dir, 'chain.header', '-'], '\ufeff{"height":1}\r\n');
  expect(JSON.parse(marked.out)).toMatchObject({ id: ids[0] });

  // Labels and errors: the same values, with escapes where a terminal would act.
  await call(dir, 'wallet.setLabel', { name, subject: address, label: 'x\u202ey\u009b31mz' });
  const history = await run(['call', '--datadir', dir, 'wallet.history', JSON.stringify({ name })]);
  expect(JSON.parse(history.out)).toMatchObject([{ label: 'xy31mz' }]);
  const odd = await run(['call', '--datadir', dir, 'wallet.balance', '{"name":"קופה"}']);
  expect(odd.fault).toMatchObject({ code: 'wallet-unknown' });
  expect(odd.fault?.message).toContain('\u2068קופה\u2069');
  expect(odd.err).toContain('\\u2068קופה\\u2069');

  const place = /\/ip4\/([\d.]+)\/tcp\/(\d+)/.exec(addresses[0]!)!;
  const shown = `${UNSEEN}${place[1]}:${place[2]}`;
  const other = newFolder();
  await start([...NODE, '--datadir', other, '--mine', pasted, '--bootstrap', shown]).line();
  await expect
    .poll(async () => (await call(other, 'peers.list')) as { id: string }[])
    .toMatchObject([{ id: peerId }]);
  expect(await call(other, 'mining.status')).toMatchObject({ running: true, address: null });
});
