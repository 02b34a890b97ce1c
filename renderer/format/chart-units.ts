import { bytes, decimals, figures, group } from './number.ts';

/** What the values of a chart are. `count`: whole things, which the title of the chart names. */
export type ChartUnit =
  'bytes' | 'bytesPerSecond' | 'ms' | 'cores' | 'hashes' | 'feerate' | 'perSecond' | 'count';

const NBSP = '\u00a0';

const AFTER: Readonly<Record<Exclude<ChartUnit, 'bytes' | 'bytesPerSecond' | 'count'>, string>> = {
  ms: `${NBSP}ms`,
  cores: ' cores',
  hashes: `${NBSP}H/s`,
  feerate: ' motes per byte',
  perSecond: ' per second',
};

/** Shorter ones for the ticks of an axis; the title of the chart has the whole unit. */
const TICKS: Readonly<Record<keyof typeof AFTER, string>> = {
  ...AFTER,
  cores: '',
  feerate: '',
  perSecond: '',
};

/** A value with its unit, as in "182 MB". A mean of whole things may have decimals. */
export function valueText(value: number, unit: ChartUnit): string {
  if (unit === 'bytes') return bytes(value);
  if (unit === 'bytesPerSecond') return `${bytes(value)}/s`;
  const number = value >= 100 ? group(Math.round(value)) : figures(Math.round(value * 100) / 100);
  if (unit === 'cores' && number === '1') return '1 core';
  return unit === 'count' ? number : `${number}${AFTER[unit]}`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** The texts of the ticks of an axis from 0: all in the same unit, with the decimals that make them differ. */
export function tickTexts(ticks: readonly number[], unit: ChartUnit): string[] {
  const most = Math.max(...ticks.map(Math.abs), 0);
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : most;
  const isBytes = unit === 'bytes' || unit === 'bytesPerSecond';
  const power = isBytes
    ? Math.min(BYTE_UNITS.length - 1, Math.max(0, Math.floor(Math.log10(most || 1) / 3)))
    : 0;
  const scale = 1000 ** power;
  const count = decimalsOf(step / scale);
  const after = isBytes
    ? `${NBSP}${BYTE_UNITS[power]!}${unit === 'bytes' ? '' : '/s'}`
    : unit === 'count'
      ? ''
      : TICKS[unit];
  return ticks.map((tick) => (tick === 0 ? '0' : `${decimals(tick / scale, count)}${after}`));
}

/** The decimals of a step such as 0.25 or 20; at most 6. */
function decimalsOf(step: number): number {
  for (let count = 0; count < 6; count++) {
    const whole = step * 10 ** count;
    if (Math.abs(whole - Math.round(whole)) < 1e-6) return count;
  }
  return 6;
}
