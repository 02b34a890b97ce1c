import { describe, expect, test } from 'vitest';
import { contract } from '../../../shared/contract/contract.ts';

/** The table of the design, which stays; what the contract has beyond it is an addition. */
const PROMISED = `
  node.status node.watch node.shutdown
  peers.list peers.add peers.remove peers.ban peers.unban peers.bans
  chain.tip chain.header chain.block chain.transaction chain.coin chain.submit chain.watch chain.stats
  mempool.summary mempool.list mempool.submit
  wallet.create wallet.restore wallet.list wallet.unlock wallet.lock wallet.balance wallet.address wallet.newAddress
  wallet.prepare wallet.confirm wallet.send wallet.history
  mining.start mining.stop mining.status mining.template mining.generate
`
  .trim()
  .split(/\s+/);

interface Schema {
  safeParse(value: unknown): { success: boolean; data?: unknown };
}
const procedures = new Map<string, { inputSchema?: unknown; outputSchema?: unknown }>(
  Object.entries(contract).flatMap(([area, group]) =>
    Object.entries(group).map(([name, procedure]) => [`${area}.${name}`, procedure['~orpc']] as const),
  ),
);
const inputOf = (name: string) => procedures.get(name)!.inputSchema as Schema;
const outputOf = (name: string) => procedures.get(name)!.outputSchema as Schema;
const takes = (name: string, input: unknown) => inputOf(name).safeParse(input).success;

test('every promised procedure exists', () => {
  expect(PROMISED.filter((name) => !procedures.has(name))).toEqual([]);
});

test.each([...procedures])('%s has a schema of its input and of its output', (_name, procedure) => {
  expect(procedure.inputSchema).toBeDefined();
  expect(procedure.outputSchema).toBeDefined();
});

test.each([...procedures.keys()].filter((name) => takes(name, undefined)))(
  '%s, which has no input, also accepts an empty object and nothing else',
  (name) => {
    expect(takes(name, {})).toBe(true);
    expect([{ surprise: 1 }, null, 7, [], 'text'].map((odd) => takes(name, odd))).toEqual(
      Array.from({ length: 5 }, () => false),
    );
  },
);

test.each<[name: string, input: object]>([
  ['wallet.lock', { name: 'a' }],
  ['chain.header', { height: 1 }],
  ['chain.coin', { txid: 'ab'.repeat(32), index: 0 }],
  ['peers.ban', { id: 'x' }],
  ['mining.start', { wallet: 'a' }],
  ['wallet.prepare', { name: 'a', to: [{ address: 'x', amount: 1 }] }],
  ['mempool.list', { limit: 1 }],
])('%s refuses a field that it does not know', (name, input) => {
  expect(takes(name, input)).toBe(true);
  expect(takes(name, { ...input, surprise: 1 })).toBe(false);
});

describe('limits', () => {
  const pay = (amount: unknown) => takes('wallet.prepare', { name: 'a', to: [{ address: 'x', amount }] });

  test.each([1, 8_400_000_000_000_000])('%s motes can be paid', (amount) => expect(pay(amount)).toBe(true));

  test.each([0, -1, 1.5, 8_400_000_000_000_001, NaN, Infinity, '1', 1n, null])(
    '%s is not an amount in motes',
    (amount) => expect(pay(amount)).toBe(false),
  );

  test('an id is 64 lowercase hex digits, with spaces around it', () => {
    const read = (id: string) => inputOf('chain.header').safeParse({ id }).data;
    expect(read('0f'.repeat(32))).toEqual({ id: '0f'.repeat(32) });
    expect(read(` \u200b${'0f'.repeat(32)}\n`)).toEqual({ id: '0f'.repeat(32) });
  });

  test.each(['0F'.repeat(32), '0f'.repeat(31), `0x${'0f'.repeat(31)}`, 'zz'.repeat(32)])(
    '%s is not an id',
    (id) => expect(takes('chain.header', { id })).toBe(false),
  );

  test('bytes are as long as the protocol allows', () => {
    expect(takes('mempool.submit', { hex: 'ab'.repeat(100_000) })).toBe(true);
    expect(takes('mempool.submit', { hex: 'ab'.repeat(100_001) })).toBe(false);
    expect(takes('chain.submit', { hex: 'ab'.repeat(1_000_000) })).toBe(true);
    expect(takes('chain.submit', { hex: 'ab'.repeat(1_000_001) })).toBe(false);
  });

  test.each(['', 'a', 'AB', 'xy'])('%j is not bytes in hex', (hex) =>
    expect(takes('mempool.submit', { hex })).toBe(false),
  );

  test.each(['a', 'Savings 2', 'Каса', '貯金', 'มะลิ', 'a.b-c_d', ' x', 'x ', 'x'.repeat(64)])(
    'a wallet may be named %j',
    (name) => expect(takes('wallet.lock', { name })).toBe(true),
  );

  test.each(['', '.', '..', '.hidden', '-x', 'a/b', 'a\\b', 'a\0', 'a\nb', 'x'.repeat(65), '../x'])(
    'a wallet may not be named %j, which is not a file name everywhere',
    (name) => expect(takes('wallet.lock', { name })).toBe(false),
  );

  test('pasted text is read without its invisible characters', () => {
    const read = (name: string, input: object) => inputOf(name).safeParse(input);
    const inside = '\u200b x\u00ady ';
    expect(read('wallet.lock', { name: inside }).data).toEqual({ name: 'xy' });
    expect(read('wallet.newAddress', { name: 'a', label: 'x\u202ey\nz' }).data).toMatchObject({
      label: 'xy z',
    });
    expect(read('mining.start', { address: inside }).data).toEqual({ address: 'xy' });
    expect(read('peers.remove', { id: inside }).data).toEqual({ id: 'xy' });
    expect(read('peers.add', { address: ' [::1]\u200b:7' }).data).toEqual({ address: '/ip6/::1/tcp/7' });
    expect(read('peers.ban', { id: 'x', reason: 'y\u202e' }).data).toMatchObject({ reason: 'y' });
  });

  test.each<[name: string, input: (pasted: string) => object]>([
    ['wallet.lock', (name) => ({ name })],
    ['wallet.newAddress', (label) => ({ name: 'a', label })],
    ['mining.start', (address) => ({ address })],
    ['peers.add', (address) => ({ address })],
  ])('%s refuses more than 8 000 pasted characters, visible or not', (name, input) => {
    expect(takes(name, input('x'.repeat(8001)))).toBe(false);
    expect(takes(name, input('\u200b'.repeat(8001)))).toBe(false);
  });

  test.each([0, 0xffff_ffff])('%s is a height', (height) =>
    expect(takes('chain.block', { height })).toBe(true),
  );

  test.each([-1, 0.5, 0x1_0000_0000, '1'])('%s is not a height, which has 32 bits', (height) =>
    expect(takes('chain.block', { height })).toBe(false),
  );
});

test('an output with a missing field is a bug that the contract reports', () => {
  const summary = outputOf('mempool.summary');
  expect(summary.safeParse({ count: 1, bytes: 2, floor: 10 }).success).toBe(true);
  expect(summary.safeParse({ count: 1, bytes: 2 }).success).toBe(false);
});

test('defaults are filled in', () => {
  expect(inputOf('mempool.list').safeParse(undefined).data).toEqual({ limit: 100 });
  expect(inputOf('wallet.create').safeParse({ name: 'a', password: 'b' }).data).toMatchObject({ words: 24 });
});
