import type { DecimalMark } from '../../shared/typed-amount.ts';
import { decimalMark } from '../format/decimal-mark.svelte.ts';
import { remember, remembered } from './memory.ts';

export const NUMBER_STYLES = ['system', 'point', 'comma'] as const;
export type NumberStyleName = (typeof NUMBER_STYLES)[number];

/** A point or a comma before the decimals of amounts, or what the language of the system has. */
export interface NumberStyle {
  name: NumberStyleName;
}

const MARKS = { point: '.', comma: ',' } as const;

export function createNumberStyle(language: string = navigator.language): NumberStyle {
  const saved = remembered('numbers');
  let name = $state<NumberStyleName>(NUMBER_STYLES.find((style) => style === saved) ?? 'system');
  const apply = () => {
    decimalMark.value = name === 'system' ? markOf(language) : MARKS[name];
  };
  apply();
  return {
    get name() {
      return name;
    },
    set name(next) {
      name = next;
      apply();
      remember('numbers', next);
    },
  };
}

/** A language with another mark, such as Arabic, gets a point. */
function markOf(language: string): DecimalMark {
  const parts = new Intl.NumberFormat(language).formatToParts(1.5);
  return parts.some(({ type, value }) => type === 'decimal' && value === ',') ? ',' : '.';
}
