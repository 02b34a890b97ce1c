import { expect, test } from 'vitest';
import type { PaymentConfirmation } from '../../../main/api/base.ts';
import { type ConfirmText, confirmText, groupAddress } from '../../../main/electron/confirm-text.ts';
import { receiversPage } from '../../../main/electron/receivers-page.ts';

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

/** The dialog of a usual payment, which has all receivers. */
function oneDialog(question: PaymentConfirmation): ConfirmText {
  const text = confirmText(question);
  expect(text.needsList).toBe(false);
  return text;
}

test('shows the wallet, the amount, the fee, the total, the change and the complete address in groups', () => {
  const { message, detail, send } = oneDialog(aRequest());
  expect(message).toBe('Send 2.5 KITH from “Mira”?');
  expect(send).toBe('Send 2.5 KITH');
  expect(detail).toContain(groupAddress(ADDRESS));
  expect(detail).toContain('Fee: 0.00001 KITH');
  expect(detail).toContain('Total: 2.50001 KITH');
  expect(detail).toContain('block 1440');
  expect(detail).toContain('Change: 9 KITH, back to this wallet');
  expect(detail.match(/^to /gm)).toHaveLength(1);
});

test('shows the odds of a payment that is sped up or cancelled', () => {
  const sentence = 'Estimated chance to be mined: about 85 % in the next block.';
  const { detail } = oneDialog(aRequest({ odds: { feerate: 5, observed: 80, chances: [], sentence } }));
  expect(detail).toContain(`block 1440\n\n${sentence}`);
});

test('amounts have the decimal mark and the unit of the setting, also in warnings, and names stay', () => {
  const warnings = [{ code: 'fee-share', message: 'The fee of 1.5 KITH is 2 % of the amount.' }];
  const question = { ...aRequest({ warnings }), wallet: 'Old 1.5 KITH' };
  const comma = confirmText(question, { mark: ',', unit: 'KITH' });
  expect(comma.message).toBe('Send 2,5 KITH from “Old 1.5 KITH”?');
  expect(comma.send).toBe('Send 2,5 KITH');
  expect(comma.detail).toContain('Fee: 0,00001 KITH');
  expect(comma.detail).toContain('The fee of 1,5 KITH is');
  const motes = confirmText(question, { mark: '.', unit: 'mote' });
  expect(motes.send).toBe('Send 250\u202f000\u202f000 motes');
  expect(motes.detail).toContain('Fee: 1\u202f000 motes');
});

test('the name of a contact stands before the complete address', () => {
  const outputs = [{ address: ADDRESS, amount: 250_000_000, change: false, contact: 'Mira\n\u202eShop' }];
  const { detail } = oneDialog(aRequest({ outputs }));
  expect(detail).toContain(`2.5 KITH\nto “Mira Shop”\n${groupAddress(ADDRESS)}\n`);
  expect(detail).not.toContain('New contact');
  const unpaid = oneDialog(aRequest({ outputs: [{ ...outputs[0]!, contactIsNew: true }] }));
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
  const { message, send, detail } = oneDialog(aRequest(fields));
  expect([message.replace(/[\u2068\u2069]/g, ''), send]).toEqual([question, button]);
  expect(detail).toContain('Fee: 0.00001 KITH');
});

test('coins that the user selected are counted and summed', () => {
  const inputs = [
    { txid: 'ab', index: 0, amount: 100_000_000 },
    { txid: 'cd', index: 1, amount: 50_000_000 },
  ];
  expect(oneDialog(aRequest({ inputs, coinsChosen: true })).detail).toContain(
    'Spends 2 selected coins: 1.5 KITH',
  );
  expect(oneDialog(aRequest({ inputs: inputs.slice(1), coinsChosen: true })).detail).toContain(
    'Spends 1 selected coin: 0.5 KITH',
  );
  expect(oneDialog(aRequest({ inputs })).detail).not.toContain('selected');
});

test('combining coins is asked as what it does, with its result', () => {
  const inputs = Array.from({ length: 3 }, (_, index) => ({ txid: 'ab', index, amount: 300_000_000 }));
  const outputs = [{ address: ADDRESS, amount: 899_999_000, change: true }];
  const { message, send, detail } = oneDialog(aRequest({ inputs, outputs, coinsChosen: true }));
  expect([message, send]).toEqual(['Combine 3 coins of “Mira” into one?', 'Combine coins']);
  expect(detail).toContain('Result: 8.99999 KITH, back to this wallet');
  expect(detail).toContain('Fee: 0.00001 KITH');
});

test('the groups contain the complete address', () => {
  expect(groupAddress(ADDRESS).replaceAll(' ', '')).toBe(ADDRESS);
  const groups = groupAddress(ADDRESS).split(' ');
  expect(groups.slice(0, -1).map((group) => group.length)).toEqual(groups.slice(1).map(() => 4));
  expect(groups.at(-1)!.length).toBeLessThanOrEqual(4);
});

test('of 1 000 receivers the dialog has their number, what is known of them and the largest, and the list has all', () => {
  const outputs = Array.from({ length: 1000 }, (_, i) => ({
    address: `${ADDRESS}${i}`,
    amount: 1_000_000 + i,
    change: false,
    ...(i < 3 && { contact: `Mira <b>${i}` }),
    ...(i === 2 && { contactIsNew: true as const }),
  }));
  outputs.push({ ...outputs[7]!, amount: 500 });
  const warnings = Array.from({ length: 50 }, (_, i) => ({ code: 'x', message: `Look at ${i}.` }));
  const { message, detail, send, needsList } = confirmText(aRequest({ outputs, warnings }));
  expect([message, send, needsList]).toEqual(['Send 10.0050 KITH from “Mira”?', 'Send 10.0050 KITH', true]);
  expect(detail).toContain('To 1\u202f001 receivers: 3 of your contacts, 998 other addresses\n');
  expect(detail).toContain('New contacts or addresses: 1.');
  expect(detail).toContain('Addresses that are there more than once: 1\n');
  for (const i of [999, 998, 997])
    expect(detail).toContain(`0.0${1_000_000 + i} KITH\nto ${groupAddress(`${ADDRESS}${i}`)}\n`);
  expect(detail).toContain('Total: 10.00501 KITH');
  expect(detail).toContain('Warning: Look at 3.\n\nMore warnings, which are in the list: 46');
  expect(detail.split('\n').length).toBeLessThan(40);

  const list = receiversPage(aRequest({ outputs, warnings }));
  expect(list).toContain('<h1>1\u202f001 receivers, 10.0050 KITH</h1>');
  for (const { address } of outputs) expect(list).toContain(`<code>${groupAddress(address)}</code>`);
  for (const { message: warning } of warnings) expect(list).toContain(`Warning: ${warning}`);
  expect(list.match(/New contact or address/g)).toHaveLength(1);
  // Names come from the page.
  expect(list).toContain('<bdi>Mira &lt;b&gt;0</bdi>');
  expect(list).not.toContain('<b>');
});

test('a right-to-left wallet name does not reorder the question', () => {
  expect(oneDialog({ ...aRequest(), wallet: 'קופה' }).message).toBe('Send 2.5 KITH from “\u2068קופה\u2069”?');
});

test('a warning can neither add lines nor reorder the text', () => {
  const message = `never\nFee: 0 KITH\u202e${'x'.repeat(1000)}`;
  const { detail } = oneDialog(aRequest({ warnings: [{ code: 'x', message }] }));
  expect(detail).not.toContain('\nFee: 0 KITH');
  expect(detail).not.toContain('\u202e');
  expect(detail.length).toBeLessThan(800);
});

test('a payment that is signed for another computer is called so, and is not said to be sent', () => {
  const { message, send } = confirmText({ ...aRequest({}), purpose: 'sign' });
  expect(message).toMatch(/^Sign a payment of .* from /);
  expect(send).toBe('Sign payment');
});
