/** How amounts are written for a person: the decimal mark and the unit. */
import { amountText, type DecimalMark } from './typed-amount.ts';
import { type AmountUnit, group, MOTES_PER_KITH } from './units.ts';

export interface AmountStyle {
  readonly mark: DecimalMark;
  readonly unit: AmountUnit;
}

/** The form of the node: in the answers and logs of a node, in the terminal, and in every sentence that the node makes. */
export const PLAIN_STYLE: AmountStyle = { mark: '.', unit: 'KITH' };

/** How the user wants amounts: with a point, a comma, or what the language of the system has. */
export const NUMBER_STYLES = ['system', 'point', 'comma'] as const;
export type NumberStyleName = (typeof NUMBER_STYLES)[number];

/** The decimal mark of a setting. A language with another mark than point and comma, such as Arabic, gets a point. */
export function markOf(name: NumberStyleName, language: string): DecimalMark {
  if (name !== 'system') return name === 'comma' ? ',' : '.';
  const parts = new Intl.NumberFormat(language).formatToParts(1.5);
  return parts.some(({ type, value }) => type === 'decimal' && value === ',') ? ',' : '.';
}

/** The name of the unit after this amount: "KITH", "mote", "motes". */
export const unitName = (motes: number, unit: AmountUnit): string =>
  unit === 'KITH' ? unit : Math.abs(motes) === 1 ? 'mote' : 'motes';

/** An amount without its unit, as a field has it: "2.5", "250000000". */
export const amountNumber = (motes: number, { mark, unit }: AmountStyle): string =>
  unit === 'KITH' ? amountText(motes, mark) : String(motes);

/** An amount inside a sentence: "2.5 KITH", "250 000 000 motes". */
export function amountWithUnit(motes: number, style: AmountStyle): string {
  const number = style.unit === 'KITH' ? amountNumber(motes, style) : group(motes);
  return `${number.replace('-', '\u2212')}\u00a0${unitName(motes, style.unit)}`;
}

/** Quoted and isolated text is foreign, such as the name of a wallet, and stays. */
const AMOUNT =
  /“[^”\n]*”|\u2068[^\u2069]*\u2069|(?<![\d.,\u202f])(\d{1,8})(?:\.(\d{1,8}))?([ \u00a0])KITH\b/g;

/** A sentence of the node, in which every amount gets the style of the user. The node writes amounts as “2.5 KITH” and in no other form. */
export function restyled(sentence: string, style: AmountStyle): string {
  const restyle = (found: string, whole: string | undefined, fraction = '', space = ''): string => {
    if (whole === undefined) return found;
    const motes = Number(whole) * MOTES_PER_KITH + Number(fraction.padEnd(8, '0'));
    return amountWithUnit(motes, style).replace('\u00a0', space);
  };
  return sentence.replace(AMOUNT, restyle);
}
