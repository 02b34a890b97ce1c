import { METRIC_AGGREGATES, METRICS } from '../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../shared/units.ts';

/** One value per metric, in the order of METRICS; NaN where nothing was measured. */
export type Sample = Float64Array;

/** What a ring keeps: `capacity` steps of `seconds` each. */
export interface RingSize {
  readonly seconds: number;
  readonly capacity: number;
}

/** The values of a ring from its oldest kept step to its newest. */
export interface RingRows {
  /** Number of the newest step: unix seconds divided by the length of a step. */
  readonly newest: number;
  /** Step by step, oldest first, each with one value per metric; NaN where nothing was measured. */
  readonly rows: Float32Array;
}

/**
 * The metrics of the last steps in a fixed amount of memory: 4 bytes a value. Steps are numbered by the wall clock, because people
 * read them by it; when it is set back, the steps that are now in the future are forgotten.
 */
export interface MetricRing {
  readonly size: RingSize;
  /** Adds a sample to its step. */
  add(time: UnixSeconds, sample: Sample): void;
  /** The values of one metric from step `first` to the newest, or from the oldest kept one if that is later. */
  values(column: number, first: number): (number | null)[];
  /** Number of the newest step; null before the first sample. */
  newest(): number | null;
  /** Number of the oldest step that can have a value. */
  oldest(): number;
  read(): RingRows;
  /** Replaces everything that was kept. Of more than `capacity` steps the newest count. */
  restore(kept: RingRows): void;
}

const COLUMNS = METRICS.length;
const HOW = METRICS.map((metric) => METRIC_AGGREGATES[metric]);
/** Significant digits of a fraction that leaves the ring: what a 32-bit float holds for certain. */
const DIGITS = 6;
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/**
 * The nearest number with six significant digits. Powers of ten up to 10^22 are exact, so that one division gives the
 * number that `toPrecision` would print, in a tenth of its time: a year of eight metrics has 70 000 values.
 */
export function rounded(value: number): number {
  if (Number.isInteger(value)) return value;
  const exponent = DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)));
  if (exponent < 0 || exponent > 22) return Number(value.toPrecision(DIGITS));
  const power = POWERS[exponent]!;
  return Math.round(value * power) / power;
}

export function createMetricRing(size: RingSize): MetricRing {
  const { seconds, capacity } = size;
  const table = new Float32Array(capacity * COLUMNS).fill(NaN);
  const running = createRunningStep(table);
  let newest: number | null = null;
  let kept = 0;
  let restored = false;

  const rowOf = (step: number) => (step % capacity) * COLUMNS;
  const clear = (from: number, to: number) => {
    for (let step = from; step <= to; step++) table.fill(NaN, rowOf(step), rowOf(step) + COLUMNS);
  };

  const moveTo = (step: number) => {
    if (newest === null || Math.abs(step - newest) >= capacity) {
      table.fill(NaN);
      kept = 1;
    } else if (step > newest) {
      clear(newest + 1, step);
      kept = Math.min(capacity, kept + step - newest);
    } else {
      clear(step + 1, newest);
      kept = Math.max(1, kept - (newest - step));
    }
    newest = step;
    running.begin();
  };

  return {
    size,
    add(time, sample) {
      const step = Math.floor(time / seconds);
      if (step !== newest) moveTo(step);
      else if (restored) running.resume(rowOf(step), time % seconds);
      restored = false;
      running.add(rowOf(step), sample);
    },
    values(column, first) {
      if (newest === null) return [];
      const found: (number | null)[] = [];
      for (let step = Math.max(first, newest - kept + 1); step <= newest; step++) {
        const value = table[rowOf(step) + column]!;
        found.push(Number.isNaN(value) ? null : rounded(value));
      }
      return found;
    },
    newest: () => newest,
    oldest: () => (newest === null ? 0 : newest - kept + 1),
    read() {
      const rows = new Float32Array(kept * COLUMNS);
      for (let i = 0; i < kept; i++) {
        const at = rowOf(newest! - kept + 1 + i);
        rows.set(table.subarray(at, at + COLUMNS), i * COLUMNS);
      }
      return { newest: newest ?? 0, rows };
    },
    restore(saved) {
      table.fill(NaN);
      running.begin();
      kept = Math.min(capacity, saved.rows.length / COLUMNS);
      newest = kept === 0 ? null : saved.newest;
      restored = kept > 0;
      const surplus = saved.rows.length / COLUMNS - kept;
      for (let i = 0; i < kept; i++) {
        const row = saved.rows.subarray((surplus + i) * COLUMNS, (surplus + i + 1) * COLUMNS);
        table.set(row, rowOf(saved.newest - kept + 1 + i));
      }
    },
  };
}

/** The step that gets samples now. `at`: where its row begins in the table. */
interface RunningStep {
  begin(): void;
  /** Continues a step that an earlier run began: its means count as many samples as it has seconds so far. */
  resume(at: number, elapsed: number): void;
  add(at: number, sample: Sample): void;
}

function createRunningStep(table: Float32Array): RunningStep {
  // Summed in 64 bits: an hour of samples would stall a 32-bit mean.
  const sums = new Float64Array(COLUMNS);
  const counts = new Uint32Array(COLUMNS);

  const addValue = (at: number, column: number, value: number) => {
    if (Number.isNaN(value)) return;
    const how = HOW[column]!;
    if (how === 'mean') {
      sums[column]! += value;
      counts[column]! += 1;
      table[at + column] = sums[column]! / counts[column]!;
    } else if (how === 'last' || !(table[at + column]! >= value)) table[at + column] = value;
  };

  return {
    begin() {
      sums.fill(0);
      counts.fill(0);
    },
    resume(at, elapsed) {
      for (let column = 0; column < COLUMNS; column++) {
        const value = table[at + column]!;
        if (Number.isNaN(value)) continue;
        sums[column] = value * elapsed;
        counts[column] = elapsed;
      }
    },
    add(at, sample) {
      for (let column = 0; column < COLUMNS; column++) addValue(at, column, sample[column]!);
    },
  };
}
