import { afterAll, beforeAll, expect, test } from 'vitest';
import { contract } from '../../shared/contract/contract.ts';
import type { Operation } from '../../shared/contract/operations.ts';
import { OPERATION_KINDS } from '../../shared/contract/vocabulary.ts';
import type { WalletAccess } from '../../main/api/facade.ts';
import { createOperations, OUTCOMES } from '../../main/api/operations.ts';
import { KithError } from '../../main/lib/errors.ts';
import { violation } from '../../main/core/violation.ts';
import { type Carrier, serve, type Served } from './carriers.ts';
import { createTestFacade, type TestFacade } from './facade.ts';

let node: TestFacade;
let served: Served;
let wallets: { -readonly [Name in keyof WalletAccess]: WalletAccess[Name] };

beforeAll(async () => {
  node = await createTestFacade();
  served = await serve(node);
  wallets = node.wallets;
  const { wallet, payment } = wallets.draft('d1')!;
  const outputs = [
    { address: 'rkith1them', amount: 5, change: false },
    { address: 'rkith1us', amount: 9, change: true },
  ];
  wallets.draft = (id) => (id === 'd1' ? { wallet, payment: { ...payment, outputs } } : undefined);
});
afterAll(async () => {
  await served.close();
  await node.close();
});

const TXID = 'ab'.repeat(32);
const newest = async (carrier: Carrier): Promise<Operation | undefined> =>
  (await carrier.client.operations.list())[0];

/** Replaces one method for the time of a test; gives what ends the call. */
function hold<Name extends 'confirm' | 'confirmUnlocked'>(name: Name) {
  const gate = Promise.withResolvers<Awaited<ReturnType<WalletAccess[Name]>>>();
  const real = wallets[name];
  wallets[name] = () => gate.promise.finally(() => (wallets[name] = real));
  return gate;
}

test.each([
  [
    'is done',
    (gate: ReturnType<typeof hold>) => gate.resolve({ txid: TXID }),
    { state: 'done', txid: TXID, fault: null },
  ],
  [
    'is refused',
    (gate) => gate.resolve(violation('policy-conflict')),
    { state: 'failed', txid: null, fault: { code: 'policy-conflict' } },
  ],
  [
    'fails',
    (gate) => gate.reject(new KithError('wallet-password')),
    {
      state: 'failed',
      txid: null,
      fault: { code: 'wallet-password', message: 'The password is wrong. Nothing was changed. Try again.' },
    },
  ],
  ['breaks', (gate) => gate.reject(new Error('secret')), { state: 'failed', fault: { code: 'internal' } }],
] as [string, (gate: ReturnType<typeof hold>) => void, object][])(
  'a payment that %s after its page was closed is reported to all other pages',
  async (_, end, outcome) => {
    const [page, other] = [await served.socket(), await served.socket()];
    const events = await other.client.operations.watch();
    const event = async () => ((await events.next()).value as Operation[])[0];
    await events.next();
    const gate = hold('confirm');
    page.client.wallet.confirm({ draft: 'd1', password: 'right' }).catch(() => undefined);
    const facts = {
      kind: 'payment',
      wallet: 'mine',
      amount: 5,
      receivers: 1,
      receiver: 'rkith1them',
    };
    expect(await event()).toMatchObject({ ...facts, state: 'running', own: false, endedAt: null });
    expect(await newest(page)).toMatchObject({ own: true });
    page.drop();
    end(gate);
    const told = await event();
    expect(told).toMatchObject({ ...facts, ...outcome, own: false, endedAt: expect.any(Number) as number });
    expect(JSON.stringify(told)).not.toContain('secret');
    const reloaded = await served.port();
    expect(await newest(reloaded)).toEqual(told);
    for (const carrier of [other, reloaded]) carrier.drop();
  },
);

test('every procedure that starts an operation creates an entry with its data', async () => {
  const page = await served.socket();
  const window = served.portWith(async () => 'approved');
  const { wallet, peers } = page.client;
  const name = 'mine';
  const words = { name, password: 'p', mnemonic: 'abandon' };
  const calls: [keyof typeof OUTCOMES, () => Promise<unknown>, Partial<Operation>][] = [
    ['wallet.create', () => wallet.create({ name, password: 'p' }), { wallet: name }],
    ['wallet.restore', () => wallet.restore(words), { wallet: name }],
    [
      'wallet.restoreBackup',
      () => wallet.restoreBackup({ name, password: 'p', file: '00' }),
      { wallet: name },
    ],
    [
      'wallet.changePassword',
      () => wallet.changePassword({ name, password: 'p', next: 'q' }),
      { wallet: name },
    ],
    ['wallet.createWatchOnly', () => wallet.createWatchOnly({ name, keys: '00' }), { wallet: name }],
    [
      'wallet.createAccount',
      () => wallet.createAccount({ from: name, name, password: 'p' }),
      { wallet: name },
    ],
    ['wallet.broadcastPayment', () => wallet.broadcastPayment({ payment: '00' }), { wallet: name }],
    ['wallet.rescan', () => wallet.rescan({ name }), { wallet: name }],
    ['wallet.confirm', () => wallet.confirm({ draft: 'd1', password: 'p' }), { amount: 5 }],
    [
      'wallet.send',
      () => wallet.send({ name, to: [{ address: 'x', amount: 5 }], password: 'p' }),
      { amount: 5 },
    ],
    ['wallet.approve', () => window.client.wallet.approve({ draft: 'd1' }), { amount: 5 }],
    [
      'peers.add',
      () => peers.add({ address: '127.0.0.1:1' }).catch(() => undefined),
      { address: '/ip4/127.0.0.1/tcp/1', state: 'failed' },
    ],
  ];
  const kinds = Object.entries(OUTCOMES).filter(([, outcome]) => outcome !== 'read' && outcome !== 'state');
  expect(calls.map(([procedure]) => procedure).sort()).toEqual(kinds.map(([procedure]) => procedure).sort());
  expect(new Set(kinds.map(([, kind]) => kind))).toEqual(new Set(OPERATION_KINDS));
  for (const [procedure, call, facts] of calls) {
    const before = (await newest(page))?.number ?? 0;
    await call();
    expect(await newest(page), procedure).toMatchObject({
      kind: OUTCOMES[procedure],
      number: before + 1,
      state: 'done',
      own: procedure !== 'wallet.approve',
      ...facts,
    });
  }
  for (const carrier of [page, window]) carrier.drop();
});

test('the table of outcomes has every procedure of the contract and no other entry', () => {
  const procedures = Object.entries(contract).flatMap(([area, group]) =>
    Object.keys(group).map((name) => `${area}.${name}`),
  );
  expect(Object.keys(OUTCOMES).sort()).toEqual(procedures.sort());
});

test('the last 50 ended operations are kept for a quarter of an hour, and a running one until it ends', async () => {
  let ms = 0;
  const operations = createOperations({ now: () => 1_900_000_000, monotonic: () => ms });
  const caller = {};
  const gate = Promise.withResolvers<object>();
  const slow = operations.run(caller, { kind: 'wallet-create', wallet: 'slow' }, () => gate.promise);
  for (let i = 0; i < 60; i++)
    await operations.run(caller, { kind: 'payment' }, async () => ({ txid: TXID }));
  expect(operations.list(caller)).toHaveLength(51);
  expect(operations.list({}).map(({ own }) => own)).not.toContain(true);
  ms = 15 * 60_000 + 1;
  expect(operations.list(caller)).toMatchObject([{ wallet: 'slow', state: 'running' }]);
  gate.resolve({});
  await slow;
  expect(operations.list(caller)).toMatchObject([{ wallet: 'slow', state: 'done' }]);
});
