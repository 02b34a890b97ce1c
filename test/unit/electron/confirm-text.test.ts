import { expect, test } from 'vitest';
import type { PaymentConfirmation } from '../../../main/api/base.ts';
import { type ConfirmPage, confirmPages, groupAddress } from '../../../main/electron/confirm-text.ts';

const ADDRESS = 'kith1qqypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu';

/** A payment back to the wallet that says what it does. */
const doing = (code: string) => ({
  outputs: [{ address: 'kith1change', amount: 900_000_000, change: true }],
  warnings: [{ code, message: 'What it does.' }],
});

function aRequest(change: Partial<PaymentConfirmation['payment']> = {}): PaymentConfirmation {
  return {
    wallet: 'Mira',
    payment: {
      draft: 'd1',
      fee: 1_000,
      feerate: 5,
      inputs: [],
      outputs: [
        { address: ADDRESS, amount: 250_000_000, change: false },
        { address: 'kith1change', amount: 900_000_000, change: true },
      ],
      expires: 1440,
      replaces: null,
      coinsChosen: false,
      warnings: [],
      ...change,
    },
  };
}

/** The only page of a usual payment. */
function onePage(question: PaymentConfirmation): ConfirmPage {
  const pages = confirmPages(question);
  expect(pages).toHaveLength(1);
  return pages[0]!;
}

test('shows the wallet, the amount, the fee, the total, the change and the complete address in groups', () => {
  const { message, detail, next } = onePage(aRequest());
  expect(message).toBe('Send 2.5 KITH from “Mira”?');
  expect(next).toBe('Send 2.5 KITH');
  expect(detail).toContain(groupAddress(ADDRESS));
  expect(detail).toContain('Fee: 0.00001 KITH');
  expect(detail).toContain('Total: 2.50001 KITH');
  expect(detail).toContain('block 1440');
  expect(detail).toContain('Change: 9 KITH, back to this wallet');
  expect(detail.match(/^to /gm)).toHaveLength(1);
});

test('the name of a contact stands before the complete address', () => {
  const outputs = [{ address: ADDRESS, amount: 250_000_000, change: false, contact: 'Mira\n\u202eShop' }];
  const { detail } = onePage(aRequest({ outputs }));
  expect(detail).toContain(`2.5 KITH\nto “Mira Shop”\n${groupAddress(ADDRESS)}\n`);
  expect(detail).not.toContain('New contact');
  const unpaid = onePage(aRequest({ outputs: [{ ...outputs[0]!, contactIsNew: true }] }));
  expect(unpaid.detail).toContain(`${groupAddress(ADDRESS)}\nNew contact or address: compare the address`);
});

test.each([
  [{ replaces: 'ab' }, 'Speed up the payment of 2.5 KITH from “Mira”?', 'Speed up'],
  [
    { replaces: 'ab', ...doing('cancels-payment') },
    'Cancel the pending payment from “Mira”?',
    'Cancel payment',
  ],
  [doing('pays-for-parent'), 'Speed up the incoming payment to “Mira”?', 'Speed up'],
])('%o is asked as what it does', (fields, question, button) => {
  const { message, next, detail } = onePage(aRequest(fields));
  expect([message.replace(/[\u2068\u2069]/g, ''), next]).toEqual([question, button]);
  expect(detail).toContain('Fee: 0.00001 KITH');
});

test('coins that the user selected are counted and summed', () => {
  const inputs = [
    { txid: 'ab', index: 0, amount: 100_000_000 },
    { txid: 'cd', index: 1, amount: 50_000_000 },
  ];
  expect(onePage(aRequest({ inputs, coinsChosen: true })).detail).toContain(
    'Spends 2 selected coins: 1.5 KITH',
  );
  expect(onePage(aRequest({ inputs: inputs.slice(1), coinsChosen: true })).detail).toContain(
    'Spends 1 selected coin: 0.5 KITH',
  );
  expect(onePage(aRequest({ inputs })).detail).not.toContain('selected');
});

test('combining coins is asked as what it does, with its result', () => {
  const inputs = Array.from({ length: 3 }, (_, index) => ({ txid: 'ab', index, amount: 300_000_000 }));
  const outputs = [{ address: ADDRESS, amount: 899_999_000, change: true }];
  const { message, next, detail } = onePage(aRequest({ inputs, outputs, coinsChosen: true }));
  expect([message, next]).toEqual(['Combine 3 coins of “Mira” into one?', 'Combine coins']);
  expect(detail).toContain('Result: 8.99999 KITH, back to this wallet');
  expect(detail).toContain('Fee: 0.00001 KITH');
});

test('the groups contain the complete address', () => {
  expect(groupAddress(ADDRESS).replaceAll(' ', '')).toBe(ADDRESS);
  const groups = groupAddress(ADDRESS).split(' ');
  expect(groups.slice(0, -1).map((group) => group.length)).toEqual(groups.slice(1).map(() => 4));
  expect(groups.at(-1)!.length).toBeLessThanOrEqual(4);
});

test('every receiver is shown, page by page, and only the last page sends', () => {
  const amounts = Array.from({ length: 1000 }, (_, i) => 1_000_000 + i);
  const outputs = amounts.map((amount, i) => ({ address: `${ADDRESS}${i}`, amount, change: false }));
  const pages = confirmPages(aRequest({ outputs, warnings: [{ code: 'x', message: 'Look twice.' }] }));
  const sum = '10.004995 KITH';
  expect(pages).toHaveLength(125);
  expect(pages.map(({ next }) => next)).toEqual([
    ...Array<string>(124).fill('Next receivers'),
    `Send ${sum}`,
  ]);
  for (const { message, detail } of pages) {
    expect(message).toBe(`Send ${sum} from “Mira”?`);
    expect(detail).toContain('Total: 10.005005 KITH');
    expect(detail.split('\n').length).toBeLessThan(40);
  }
  expect(pages[1]!.detail).toContain('Receivers 9 to 16 of 1000');
  const all = pages.map(({ detail }) => detail).join('\n');
  for (const { address } of outputs) expect(all).toContain(`to ${groupAddress(address)}\n`);
  expect(pages.filter(({ detail }) => detail.includes('Warning: Look twice.'))).toEqual([pages.at(-1)]);
});

test('a right-to-left wallet name does not reorder the question', () => {
  expect(onePage({ ...aRequest(), wallet: 'קופה' }).message).toBe('Send 2.5 KITH from “\u2068קופה\u2069”?');
});

test('a warning can neither add lines nor reorder the text', () => {
  const message = `never\nFee: 0 KITH\u202e${'x'.repeat(1000)}`;
  const { detail } = onePage(aRequest({ warnings: [{ code: 'x', message }] }));
  expect(detail).not.toContain('\nFee: 0 KITH');
  expect(detail).not.toContain('\u202e');
  expect(detail.length).toBeLessThan(800);
});

test('a payment that is signed for another computer is called so, and is not said to be sent', () => {
  const [page] = confirmPages({ ...aRequest({}), purpose: 'sign' });
  expect(page!.message).toMatch(/^Sign a payment of .* from /);
  expect(page!.next).toBe('Sign payment');
});
