import { expect, test } from 'vitest';
import type { PaymentQuestion } from '../../../main/api/base.ts';
import { confirmText, groupAddress } from '../../../main/shell/confirm-text.ts';

const ADDRESS = 'kith1qqypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu';

function aRequest(change: Partial<PaymentQuestion['payment']> = {}): PaymentQuestion {
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
      warnings: [],
      ...change,
    },
  };
}

test('shows who, how much, the fee, the sum and the whole address in groups, and leaves the change out', () => {
  const { message, detail, send } = confirmText(aRequest());
  expect(message).toBe('Send 2.5 KITH from “Mira”?');
  expect(send).toBe('Send 2.5 KITH');
  expect(detail).toContain(groupAddress(ADDRESS));
  expect(detail).toContain('Fee: 0.00001 KITH');
  expect(detail).toContain('Leaves the wallet: 2.50001 KITH');
  expect(detail).toContain('block 1440');
  expect(detail).not.toContain('change');
});

test('groups lose nothing of the address', () => {
  expect(groupAddress(ADDRESS).replaceAll(' ', '')).toBe(ADDRESS);
  expect(
    groupAddress(ADDRESS)
      .split(' ')
      .every((group) => group.length <= 4),
  ).toBe(true);
});

test('many receivers are summed up, none is forgotten', () => {
  const outputs = Array.from({ length: 20 }, () => ({
    address: ADDRESS,
    amount: 100_000_000,
    change: false,
  }));
  const { message, detail } = confirmText(aRequest({ outputs }));
  expect(message).toContain('20 KITH');
  expect(detail).toContain('and 12 KITH to 12 more');
});

test('a warning can neither break the lines nor turn the text around', () => {
  const message = `never\nFee: 0 KITH\u202e${'x'.repeat(1000)}`;
  const { detail } = confirmText(aRequest({ warnings: [{ code: 'x', message }] }));
  expect(detail).not.toContain('\nFee: 0 KITH');
  expect(detail).not.toContain('\u202e');
  expect(detail.length).toBeLessThan(800);
});
