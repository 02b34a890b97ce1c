import { markOf, NUMBER_STYLES, type NumberStyleName } from '../../shared/amount-style.ts';
import { AMOUNT_UNITS, type AmountUnit } from '../../shared/units.ts';
import { amountUnit, decimalMark } from '../format/decimal-mark.svelte.ts';
import type { Desktop } from './desktop.svelte.ts';
import { remember, remembered } from './memory.ts';

/** How amounts are written: a point or a comma before their decimals, or what the language of the system has, and their unit. */
export interface NumberStyle {
  readonly name: NumberStyleName;
  readonly unit: AmountUnit;
  /** Takes effect immediately. Resolves with false if the desktop app could not store it. */
  choose(style: Partial<Pick<NumberStyle, 'name' | 'unit'>>): Promise<boolean>;
}

/** In the desktop app the setting belongs to the app, so that its dialogs, the tray and notifications follow it. */
export function createNumberStyle(
  desktop: Pick<Desktop, 'state' | 'set'>,
  language: string = navigator.language,
): NumberStyle {
  const [savedName, savedUnit] = [remembered('numbers'), remembered('unit')];
  let name = $state<NumberStyleName>(NUMBER_STYLES.find((style) => style === savedName) ?? 'system');
  let unit = $state<AmountUnit>(AMOUNT_UNITS.find((each) => each === savedUnit) ?? 'KITH');
  /** What the user wants, until the app has stored it; it may fail to. */
  let isWanted = $state(false);
  const shown = $derived((isWanted ? null : desktop.state?.settings) ?? { numbers: name, unit });
  $effect.root(() => {
    $effect.pre(() => {
      decimalMark.value = markOf(shown.numbers, language);
      amountUnit.value = shown.unit;
    });
  });
  decimalMark.value = markOf(name, language);
  amountUnit.value = unit;
  return {
    get name() {
      return shown.numbers;
    },
    get unit() {
      return shown.unit;
    },
    async choose(style) {
      [name, unit] = [style.name ?? shown.numbers, style.unit ?? shown.unit];
      isWanted = true;
      remember('numbers', name);
      remember('unit', unit);
      try {
        await desktop.set({ numbers: name, unit });
        isWanted = false;
        return true;
      } catch {
        return false;
      }
    },
  };
}
