import type { AmountStyle } from '../../shared/amount-style.ts';
import type { DecimalMark } from '../../shared/typed-amount.ts';
import type { AmountUnit } from '../../shared/units.ts';

let mark = $state<DecimalMark>('.');

/** What stands before the decimals of every amount of the page. Chosen in `state/number-style.svelte.ts`. */
export const decimalMark = {
  get value(): DecimalMark {
    return mark;
  },
  set value(next: DecimalMark) {
    mark = next;
  },
};

let unit = $state<AmountUnit>('KITH');

/** The unit of every amount of the page, and of typed ones without a unit. */
export const amountUnit = {
  get value(): AmountUnit {
    return unit;
  },
  set value(next: AmountUnit) {
    unit = next;
  },
};

/** How the page writes amounts. */
export const amountStyle = (): AmountStyle => ({ mark, unit });
