import { describe, expect, test } from 'vitest';
import { type FirstPayment, paymentOdds } from '../../../../main/wallet/payments/payment-odds.ts';

const odds = (next: number, six: number) => ({
  observed: 80,
  chances: [
    { blocks: 1, share: next },
    { blocks: 6, share: six },
  ],
});
const TOO_FEW = { observed: 7, chances: [] };
const words = (text: string) => text.replaceAll('\u00a0', ' ');

describe('the odds of a payment that is sped up', () => {
  test('say what they assume, and are never certain', () => {
    const told = paymentOdds({ feerate: 30, mined: odds(0.853, 0.996) });
    expect(told).toMatchObject({ feerate: 30, observed: 80, chances: odds(0.853, 0.996).chances });
    expect(told).not.toHaveProperty('tooLate');
    expect(words(told.sentence)).toBe(
      'Estimated chance to be mined: about 85 % in the next block, more than 99 % within 6 blocks, if the next blocks are like 80 of the last 100.',
    );
    expect(words(paymentOdds({ feerate: 30, mined: odds(0, 0.004) }).sentence)).toContain(
      'mined: less than 1 % in the next block, less than 1 % within 6 blocks,',
    );
  });

  test('have no figure with too few blocks', () => {
    const { chances, sentence } = paymentOdds({ feerate: 30, mined: TOO_FEW });
    expect(chances).toEqual([]);
    expect(sentence).toMatch(/not enough data yet .* observed 7 of the 20 blocks/);
    expect(sentence).not.toContain('%');
  });
});

describe('the odds of a cancellation', () => {
  const cancel = (fields: Partial<FirstPayment>, mined = odds(0.9, 0.99)) =>
    paymentOdds({
      feerate: 30,
      mined,
      first: { mined: odds(0.5, 0.9), spread: { firstAfter: 1, halfAfter: 6 }, spacing: 60, ...fields },
    });

  test('are those of its rate, less a block with the first payment before it arrives', () => {
    const { tooLate, chances, sentence } = cancel({});
    // The mean of a median of 6 s is 8.66 s, of which a block of 60 s is found before in an eighth, every second with the payment.
    expect(tooLate).toBeCloseTo((8.656 / 68.656) * 0.5, 3);
    expect(chances.map(({ share }) => share)).toEqual([0.9 * (1 - tooLate!), 0.99 * (1 - tooLate!)]);
    expect(words(sentence)).toContain(
      'estimated about 6 %, because a block is found every 60 s on average, and half of the peers of this node had the first payment after 6.0 s.',
    );
  });

  test('count every such block against it while its own odds are not known', () => {
    const { tooLate, chances } = cancel({ mined: TOO_FEW }, TOO_FEW);
    expect([tooLate! > 0.12, chances]).toEqual([true, []]);
  });

  test.each([
    ['was not sent by this node since its start', null],
    ['has not reached half of the peers', { firstAfter: 1, halfAfter: null }],
  ])('deduct nothing and say so where the first payment %s', (_, spread) => {
    const { tooLate, chances, sentence } = cancel({ spread });
    expect([tooLate, chances]).toEqual([null, odds(0.9, 0.99).chances]);
    expect(sentence).toMatch(/is not known, and not deducted: this node has not measured/);
  });

  test('deduct nothing where no peer has the first payment', () => {
    const { tooLate, sentence } = cancel({ spread: { firstAfter: null, halfAfter: null } });
    expect(tooLate).toBe(0);
    expect(sentence).toMatch(/No peer has shown that it has the payment/);
  });
});
