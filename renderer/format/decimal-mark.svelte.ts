import type { DecimalMark } from '../../shared/typed-amount.ts';

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
