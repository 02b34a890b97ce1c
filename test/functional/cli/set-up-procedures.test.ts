import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFolder } from '../../support/folder.ts';
import { type Fields, holds } from './answer-shape.ts';
import { call, cleanUp, NODE, run, start } from './program.ts';

// The procedures of accounts, set-ups and shared payments, asked of a real node by the terminal. Two people share the node.
const PASSWORD = 'p@ss word';
const dir = newFolder();

beforeAll(async () => {
  await start([...NODE, '--datadir', dir]).line();
  for (const name of ['mine', 'back']) await call(dir, 'wallet.create', { name, password: PASSWORD });
});
afterAll(cleanUp);

test('accounts are created and found, and a set-up is created, shown, joined and exported', async () => {
  const { address } = (await call(dir, 'wallet.address', { name: 'mine' })) as { address: string };
  // Four periods of twenty blocks, in which miners signal the rule of policy locks.
  await call(dir, 'mining.generate', { address, blocks: 84 });
  const account = { from: 'mine', name: 'ours', password: PASSWORD };
  const made = (await call(dir, 'wallet.createAccount', account)) as Fields;
  expect(holds(made, 'name:text account:int firstAddress:text')).toEqual([]);
  expect(made).toMatchObject({ name: 'ours', account: 1 });
  await call(dir, 'wallet.createAccount', { from: 'back', name: 'theirs', password: PASSWORD, account: 3 });
  const found = (await call(dir, 'wallet.findAccounts', { name: 'mine', password: PASSWORD })) as Fields[];
  expect(found.map((each) => holds(each, 'account:int coins:int amount:int wallet:text?'))).toEqual([[], []]);
  expect(found).toMatchObject([{ wallet: 'mine' }, { account: 1, coins: 0, wallet: 'ours' }]);

  const { keys } = (await call(dir, 'wallet.exportKeys', { name: 'theirs' })) as { keys: string };
  const request = { name: 'ours', password: PASSWORD, setup: { kind: 'shared', m: 2, keys: [keys] } };
  const { setup, ...more } = (await call(dir, 'wallet.createSetup', request)) as { setup: string };
  expect([holds({ setup }, 'setup:hex'), more]).toEqual([[], {}]);
  const view = (await call(dir, 'wallet.inspectSetup', { setup })) as Fields & { people: Fields[] };
  const told =
    'kind:text m:int height:int fingerprint:hex people:list keys:int changeKeys:int firstAddress:text';
  expect(holds(view, told)).toEqual([]);
  for (const person of view.people)
    expect(holds(person, 'name:text account:int fingerprint:hex wallet:text?')).toEqual([]);
  expect(view.people.map(({ wallet }) => wallet).sort()).toEqual(['ours', 'theirs']);
  expect(await call(dir, 'wallet.joinSetup', { name: 'theirs', password: PASSWORD, setup })).toEqual({});
  expect(await call(dir, 'wallet.exportSetup', { name: 'theirs' })).toEqual({ setup });
  const none = await run(['call', '--datadir', dir, 'wallet.exportSetup', '{"name":"mine"}']);
  expect(none.fault).toMatchObject({ code: 'setup-none' });
});

test('signatures of a shared payment are combined, and files of different payments are refused', async () => {
  const { address } = (await call(dir, 'wallet.address', { name: 'ours' })) as { address: string };
  const { address: back } = (await call(dir, 'wallet.address', { name: 'back' })) as { address: string };
  const to = [{ address, amount: 500_000_000 }];
  await call(dir, 'wallet.send', { name: 'mine', to, password: PASSWORD });
  await call(dir, 'mining.generate', { address: back, blocks: 1 });
  const prepared = async (amount: number): Promise<string> => {
    const { draft } = (await call(dir, 'wallet.prepare', {
      name: 'ours',
      to: [{ address: back, amount }],
    })) as Fields;
    return ((await call(dir, 'wallet.exportPayment', { draft })) as { payment: string }).payment;
  };
  const payment = await prepared(100_000_000);
  const signed = async (name: string): Promise<string> => {
    const answer = await call(dir, 'wallet.signPayment', { name, payment, password: PASSWORD });
    return (answer as { payment: string }).payment;
  };
  const payments = [await signed('ours'), await signed('theirs')];
  const both = (await call(dir, 'wallet.combinePayments', { payments })) as Fields;
  expect(holds(both, 'payment:hex complete:flag')).toEqual([]);
  expect(both['complete']).toBe(true);
  const view = (await call(dir, 'wallet.inspectPayment', { payment: both['payment'] })) as {
    signers: Fields[];
  };
  for (const signer of view.signers) expect(holds(signer, 'name:text own:flag signed:flag')).toEqual([]);
  expect(view.signers.map((signer) => signer['signed'])).toEqual([true, true]);
  const mixed = JSON.stringify({ payments: [payments[0], await prepared(200_000_000)] });
  const refused = await run(['call', '--datadir', dir, 'wallet.combinePayments', mixed]);
  expect(refused.fault).toMatchObject({ code: 'payment-file-different' });
  const sent = (await call(dir, 'wallet.broadcastPayment', { payment: both['payment'] })) as Fields;
  expect(holds(sent, 'txid:hash')).toEqual([]);
});
