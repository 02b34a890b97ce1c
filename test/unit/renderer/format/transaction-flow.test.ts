import { describe, expect, test } from 'vitest';
import { bandPath, transactionFlow } from '../../../../renderer/format/transaction-flow.ts';

const KITH = 100_000_000;
const coin = (amount: number | null, address: string | null = null) => ({ amount, address });
const input = (amount: number | null, address: string | null = null) => ({
  ...coin(amount, address),
  txid: '00',
  index: 0,
});
const output = (amount: number, address: string | null = null) => ({
  amount,
  address,
  lockType: 0,
  lock: '00',
});
const NAMES = {
  owners: new Map([
    ['mine', { wallet: 'Everyday', chain: 'receive' as const }],
    ['rest', { wallet: 'Everyday', chain: 'change' as const }],
  ]),
  contactName: (address: string) => (address === 'hers' ? 'Ann' : undefined),
};
const payment = () =>
  transactionFlow(
    {
      inputs: [input(6 * KITH, 'mine'), input(4 * KITH, 'mine')],
      outputs: [output(7 * KITH, 'hers'), output(2 * KITH, 'rest')],
      fee: KITH,
    },
    NAMES,
  );

describe('the diagram of a transaction', () => {
  test('names own parts and contacts, and has the fee as a part', () => {
    const { inputs, outputs } = payment();
    expect(inputs.map(({ name, isOwn }) => [name, isOwn])).toEqual([
      ['Everyday', true],
      ['Everyday', true],
    ]);
    expect(outputs.map(({ name, isOwn }) => [name, isOwn])).toEqual([
      ['Ann', false],
      ['Everyday, change', true],
      ['fee', false],
    ]);
  });

  test('has bands in proportion to amounts, of equal height on both sides', () => {
    const { inputs, outputs } = payment();
    const thick = (parts: typeof inputs) => parts.map((part) => Number(part.thick.toFixed(1)));
    expect(thick(inputs)).toEqual([57.6, 38.4]);
    expect(thick(outputs)).toEqual([67.2, 19.2, 9.6]);
    expect(inputs[0]!.inner).toBeCloseTo(outputs[0]!.inner);
  });

  test('has no row above another or outside the diagram', () => {
    const { inputs, outputs, height } = payment();
    for (const parts of [inputs, outputs]) {
      parts.forEach((part, i) =>
        expect(part.top).toBeGreaterThanOrEqual(
          i === 0 ? 0 : parts[i - 1]!.top + parts[i - 1]!.height - 0.001,
        ),
      );
      const last = parts.at(-1)!;
      expect(last.top + last.height).toBeLessThanOrEqual(height + 0.001);
    }
  });

  test('says the same as a sentence', () => {
    expect(payment().sentence.replaceAll('\u00a0', ' ')).toBe(
      '2 inputs of 10 KITH (all of your wallets: Everyday) pay for 2 outputs of 9 KITH (1 of 2 KITH of your wallets: Everyday, change), and a fee of 1 KITH.',
    );
  });

  test('draws a coinbase as new coins, and a burn by its name', () => {
    const { inputs, outputs, sentence } = transactionFlow(
      { inputs: [], outputs: [output(5 * KITH), output(0)], fee: null },
      NAMES,
    );
    expect(inputs).toMatchObject([{ name: 'subsidy and fees', amount: 5 * KITH }]);
    expect(outputs.map(({ name }) => name)).toEqual(['burned', 'burned']);
    expect(sentence).toContain('New coins and fees pay for 2 outputs');
  });

  test('draws 20 parts of a side, the own and the largest ones in their order, and the remaining ones as one', () => {
    const many = Array.from({ length: 30 }, (_, i) => output((i + 1) * KITH, i === 2 ? 'mine' : `a${i}`));
    const { outputs } = transactionFlow({ inputs: [input(465 * KITH)], outputs: many, fee: 0 }, NAMES);
    expect(outputs).toHaveLength(21);
    expect(outputs.slice(0, 2).map(({ name }) => name)).toEqual(['Everyday', 'a11']);
    expect(outputs.at(-1)).toMatchObject({ name: 'and 10 more', isOwn: false });
    const all = outputs.reduce((sum, { amount }) => sum + amount!, 0);
    expect(all).toBe(465 * KITH);
  });

  test('stays finite when no amount is known or all are zero', () => {
    const { inputs, outputs, sentence } = transactionFlow(
      { inputs: [input(null), input(null)], outputs: [output(0)], fee: null },
      NAMES,
    );
    const numbers = [...inputs, ...outputs].flatMap(({ top, height, thick, from, inner }) => [
      top,
      height,
      thick,
      from,
      inner,
    ]);
    expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
    expect(numbers).toHaveLength(15);
    expect(inputs[0]).toMatchObject({ name: 'unknown coin', amount: null });
    expect(sentence).toContain('2 inputs of an unknown sum');
    expect(bandPath(inputs[0]!, 0, 100)).not.toContain('NaN');
  });
});
