import type { MetricRange } from '../../shared/contract/metrics.ts';
import {
  type Metric,
  METRIC_AGGREGATES,
  type MetricAggregate,
  type MetricStep,
} from '../../shared/contract/vocabulary.ts';
import { type ChartUnit, valueText } from './chart-units.ts';
import { plural } from './number.ts';
import {
  dayAndMonth,
  dayAndTime,
  hourAndMinute,
  monthName,
  shortDate,
  timeOfDay,
  weekdayAndTime,
} from './time.ts';

/** How far back a chart goes. */
export const CHART_RANGES = ['hour', 'day', 'year'] as const;
export type ChartRange = (typeof CHART_RANGES)[number];

/**
 * Where a figure is from: this node measured it, a peer claims it and this node did not check it, or this node computed it from
 * what it measured and an assumption.
 */
export type FigureSource = 'measured' | 'claimed by a peer' | 'estimated';

/** One line of a chart. */
export interface ChartSeries {
  readonly metric: Metric;
  readonly name: string;
  readonly source: FigureSource;
}

interface RangeRule {
  /** The resolution that covers it. */
  readonly step: MetricStep;
  readonly seconds: number;
  /** Seconds of a point of the chart, from fine to coarse; each a multiple of the step. */
  readonly widths: readonly number[];
  readonly words: string;
}

const DAY = 86_400;

export const RANGE_RULES: Readonly<Record<ChartRange, RangeRule>> = {
  // Timers are late by a millisecond now and then, so a single second may have no sample.
  hour: { step: 'second', seconds: 3600, widths: [2, 5, 10], words: 'the last hour' },
  day: { step: 'minute', seconds: DAY, widths: [60, 120, 300], words: 'the last 24 hours' },
  year: { step: 'hour', seconds: 365 * DAY, widths: [3600, 3 * 3600, 6 * 3600, DAY], words: 'the last year' },
};

/** More points than this are joined: they would be narrower than the line, and the table of them too long. */
const MAX_POINTS = 400;
/** A shorter history gets an axis of this part of the range. */
const LEAST_PART = 12;

/** What a chart draws, what its table lists and where its cursor stops: the same points. */
export interface ChartData {
  /** Unix seconds; the ends of the axis. */
  readonly from: number;
  readonly to: number;
  /** Seconds of a point. */
  readonly width: number;
  /** When the first value was measured; null if none was. */
  readonly measuredFrom: number | null;
  /** Starts of the points, ascending. */
  readonly times: readonly number[];
  /** By series; null where nothing was measured. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** The points of a chart of these metrics, from what the node kept. */
export function chartData(range: ChartRange, kept: MetricRange, metrics: readonly Metric[]): ChartData {
  const { seconds, widths } = RANGE_RULES[range];
  const { start, stepSeconds } = kept;
  const columns = metrics.map((metric) => kept.values[metric] ?? []);
  const steps = Math.max(0, ...columns.map((column) => column.length));
  const to = start + steps * stepSeconds;
  const earliest = Math.max(0, Math.ceil((to - seconds - start) / stepSeconds));
  const first = firstMeasured(columns, earliest, steps);
  const measuredFrom = first === null ? null : start + first * stepSeconds;
  const from = Math.max(to - seconds, Math.min(measuredFrom ?? to, to - seconds / LEAST_PART));
  const width = widths.find((each) => (to - from) / each <= MAX_POINTS) ?? widths.at(-1)!;
  const groups = groupSteps({ start, stepSeconds, first: first ?? steps, steps }, width);
  // The oldest point leaves the range step by step; a part of it would be another value each second.
  if (earliest > 0 && first === earliest && groups.length > 1 && isCut(groups[0]!, width)) groups.shift();
  return {
    from,
    to,
    width,
    measuredFrom,
    times: groups.map(({ time }) => time),
    values: metrics.map((metric, i) =>
      groups.map((group) => joined(columns[i]!.slice(group.first, group.end), METRIC_AGGREGATES[metric])),
    ),
  };
}

function firstMeasured(
  columns: readonly (readonly (number | null)[])[],
  earliest: number,
  steps: number,
): number | null {
  for (let step = earliest; step < steps; step++)
    if (columns.some((column) => (column[step] ?? null) !== null)) return step;
  return null;
}

interface StepGroup {
  /** Start of its first step. */
  readonly time: number;
  readonly first: number;
  end: number;
}

/** Whether steps before the first one belong to the same point. */
const isCut = ({ time }: StepGroup, width: number): boolean => (time - offsetAt(time)) % width !== 0;

/** Joins steps to points that begin at whole local times, so that a day is a day of the user. */
function groupSteps(
  kept: {
    readonly start: number;
    readonly stepSeconds: number;
    readonly first: number;
    readonly steps: number;
  },
  width: number,
): StepGroup[] {
  const groups: StepGroup[] = [];
  let before: number | null = null;
  for (let step = kept.first; step < kept.steps; step++) {
    const time = kept.start + step * kept.stepSeconds;
    const number = Math.floor((time - offsetAt(time)) / width);
    if (number === before) groups.at(-1)!.end = step + 1;
    else groups.push({ time, first: step, end: step + 1 });
    before = number;
  }
  return groups;
}

const HOUR = 3600;
/** By hour. The charts of a year ask for the same nine thousand hours, and each takes a microsecond. */
const offsets = new Map<number, number>();
const MAX_OFFSETS = 20_000;

/** Seconds of local time behind UTC. */
function offsetAt(time: number): number {
  const hour = Math.floor(time / HOUR);
  const known = offsets.get(hour);
  if (known !== undefined) return known;
  if (offsets.size >= MAX_OFFSETS) offsets.clear();
  const offset = new Date(hour * HOUR * 1000).getTimezoneOffset() * 60;
  offsets.set(hour, offset);
  return offset;
}

function joined(values: readonly (number | null)[], how: MetricAggregate): number | null {
  const measured = values.filter((value) => value !== null);
  if (measured.length === 0) return null;
  if (how === 'last') return measured.at(-1)!;
  if (how === 'most') return Math.max(...measured);
  return measured.reduce((sum, value) => sum + value, 0) / measured.length;
}

/** The point nearest to a time; null without points. */
export function pointAt(times: readonly number[], time: number): number | null {
  let nearest: number | null = null;
  let distance = Infinity;
  times.forEach((each, i) => {
    const away = Math.abs(each - time);
    if (away > distance) return;
    nearest = i;
    distance = away;
  });
  return nearest;
}

/** The newest point that has a value; null without one. */
export function newestPoint({ values }: ChartData): number | null {
  const points = values[0]?.length ?? 0;
  for (let i = points - 1; i >= 0; i--) if (values.some((column) => column[i] !== null)) return i;
  return null;
}

/** The top of an axis from 0 that fits a value: 1, 2, 2.5 or 5 times a power of ten, at least `atLeast`. */
export function axisTop(most: number, atLeast: number): number {
  const needed = Math.max(most, atLeast);
  if (needed <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(needed));
  const factor = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((each) => each * power >= needed * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** What a chart shows, in sentences for those who do not see it. */
export function chartSummary(
  title: string,
  range: ChartRange,
  {
    series,
    unit,
    data,
    now,
  }: {
    series: readonly ChartSeries[];
    unit: ChartUnit;
    data: ChartData;
    /** The values of now, by series; undefined where it is not known. */
    now: readonly (number | null | undefined)[];
  },
): string {
  const { words, seconds } = RANGE_RULES[range];
  if (data.measuredFrom === null) return `${title}: nothing was measured in ${words}.`;
  const isWhole = data.measuredFrom <= data.to - seconds + data.width;
  const since = isWhole ? `in ${words}` : `since ${pointTime(data.measuredFrom, range, data.width)}`;
  const lines = series.map(({ name }, i) => `${name}: ${columnWords(data.values[i] ?? [], unit, now[i])}`);
  const gaps = countGaps(data);
  const without = gaps === 0 ? '' : ` ${plural(gaps, 'gap')} without a measurement.`;
  return `${title} ${since}. ${lines.join('. ')}.${without}`;
}

/** `newest`: the value of now, which a point of a long range is not; undefined while it is not known. */
function columnWords(
  values: readonly (number | null)[],
  unit: ChartUnit,
  newest: number | null | undefined,
): string {
  const measured = [...values, newest].filter((value) => value != null);
  if (measured.length === 0) return 'not measured';
  const least = valueText(Math.min(...measured), unit);
  const most = valueText(Math.max(...measured), unit);
  const range = least === most ? `always ${most}` : `between ${least} and ${most}`;
  if (newest === undefined) return range;
  return newest === null ? `not measured now, ${range}` : `now ${valueText(newest, unit)}, ${range}`;
}

/** Stretches between the first and the last value in which nothing was measured. */
function countGaps({ values }: ChartData): number {
  const has = (values[0] ?? []).map((_, i) => values.some((column) => column[i] !== null));
  const last = has.lastIndexOf(true);
  return has.filter((is, i) => !is && i > 0 && i < last && has[i - 1]).length;
}

/** When a point of a chart is, in local time. */
export function pointTime(time: number, range: ChartRange, width: number): string {
  if (range === 'hour') return timeOfDay(time);
  if (range === 'day') return weekdayAndTime(time);
  return width < DAY ? dayAndTime(time) : shortDate(time);
}

/** The text of a tick of the time axis; `step`: seconds between two ticks. */
export function timeTick(time: number, step: number): string {
  if (step < 60) return timeOfDay(time);
  if (step < DAY) return hourAndMinute(time);
  return step < 28 * DAY ? dayAndMonth(time) : monthName(time);
}
