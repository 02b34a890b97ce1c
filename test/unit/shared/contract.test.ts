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

test('every procedure says what it takes and what it gives', () => {
  for (const [name, { inputSchema, outputSchema }] of procedures) {
    expect(inputSchema, name).toBeDefined();
    expect(outputSchema, name).toBeDefined();
  }
});

test('a procedure without input also accepts an empty object, and nothing else', () => {
  const idle = [...procedures.keys()].filter((name) => takes(name, undefined));
  expect(idle).toContain('node.status');
  for (const name of idle) {
    expect(takes(name, {}), name).toBe(true);
    for (const odd of [{ surprise: 1 }, null, 7, [], 'text']) expect(takes(name, odd), name).toBe(false);
  }
});

test('every input object refuses a field that it does not know', () => {
  const inputs: [string, object][] = [
    ['wallet.lock', { name: 'a' }],
    ['chain.header', { height: 1 }],
    ['chain.coin', { txid: 'ab'.repeat(32), index: 0 }],
    ['peers.ban', { id: 'x' }],
    ['mining.start', { wallet: 'a' }],
    ['wallet.prepare', { name: 'a', to: [{ address: 'x', amount: 1 }] }],
    ['mempool.list', { limit: 1 }],
  ];
  for (const [name, input] of inputs) {
    expect(takes(name, input), name).toBe(true);
    expect(takes(name, { ...input, surprise: 1 }), name).toBe(false);
  }
});

describe('limits', () => {
  const pay = (amount: unknown) => takes('wallet.prepare', { name: 'a', to: [{ address: 'x', amount }] });

  test('amounts are whole motes that can exist', () => {
    expect([1, 8_400_000_000_000_000].map(pay)).toEqual([true, true]);
    for (const bad of [0, -1, 1.5, 8_400_000_000_000_001, NaN, Infinity, '1', 1n, null])
      expect(pay(bad)).toBe(false);
  });

  test('ids are 64 lowercase hex digits', () => {
    const takesId = (id: unknown) => takes('chain.header', { id });
    expect(takesId('0f'.repeat(32))).toBe(true);
    expect(inputOf('chain.header').safeParse({ id: ` \u200b${'0f'.repeat(32)}\n` }).data).toEqual({
      id: '0f'.repeat(32),
    });
    for (const bad of ['0F'.repeat(32), '0f'.repeat(31), `0x${'0f'.repeat(31)}`, 'zz'.repeat(32)])
      expect(takesId(bad)).toBe(false);
  });

  test('bytes are as long as the protocol allows', () => {
    expect(takes('mempool.submit', { hex: 'ab'.repeat(100_000) })).toBe(true);
    expect(takes('mempool.submit', { hex: 'ab'.repeat(100_001) })).toBe(false);
    expect(takes('chain.submit', { hex: 'ab'.repeat(1_000_000) })).toBe(true);
    expect(takes('chain.submit', { hex: 'ab'.repeat(1_000_001) })).toBe(false);
    for (const bad of ['', 'a', 'AB', 'xy']) expect(takes('mempool.submit', { hex: bad })).toBe(false);
  });

  test('wallet names can be files anywhere', () => {
    const named = (name: string) => takes('wallet.lock', { name });
    for (const good of ['a', 'Savings 2', 'Каса', '貯金', 'มะลิ', 'a.b-c_d', ' x', 'x ', 'x'.repeat(64)])
      expect(named(good), good).toBe(true);
    for (const bad of ['', '.', '..', '.hidden', '-x', 'a/b', 'a\\b', 'a\0', 'a\nb', 'x'.repeat(65), '../x'])
      expect(named(bad), JSON.stringify(bad)).toBe(false);
  });

  test('what is pasted is bounded before it is read, and read for what is seen', () => {
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
    for (const long of ['x'.repeat(8001), '\u200b'.repeat(8001)])
      for (const [name, input] of [
        ['wallet.lock', { name: long }],
        ['wallet.newAddress', { name: 'a', label: long }],
        ['mining.start', { address: long }],
        ['peers.add', { address: long }],
      ] as const)
        expect(read(name, input).success, name).toBe(false);
  });

  test('heights and indexes have 32 bits', () => {
    const at = (height: unknown) => takes('chain.block', { height });
    expect([0, 0xffff_ffff].map(at)).toEqual([true, true]);
    for (const bad of [-1, 0.5, 0x1_0000_0000, '1']) expect(at(bad)).toBe(false);
  });
});

test('an output with a field too little is a bug that the contract notices', () => {
  const summary = outputOf('mempool.summary');
  expect(summary.safeParse({ count: 1, bytes: 2, floor: 10 }).success).toBe(true);
  expect(summary.safeParse({ count: 1, bytes: 2 }).success).toBe(false);
});

test('defaults are filled in', () => {
  expect(inputOf('mempool.list').safeParse(undefined).data).toEqual({ limit: 100 });
  expect(inputOf('wallet.create').safeParse({ name: 'a', password: 'b' }).data).toMatchObject({ words: 24 });
});
