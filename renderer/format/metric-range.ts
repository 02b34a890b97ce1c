import type { MetricRange, MetricSample } from '../../shared/contract/metrics.ts';
import type { Metric } from '../../shared/contract/vocabulary.ts';

/** How many steps a range has. */
export function stepsOf({ values }: MetricRange): number {
  return Math.max(0, ...Object.values(values).map((column) => column.length));
}

/** Start of the last step, which may still be running. */
export function lastStep(kept: MetricRange): number {
  return kept.start + Math.max(0, stepsOf(kept) - 1) * kept.stepSeconds;
}

/** A range of seconds that has this sample alone. */
export function rangeOfSample({ time, values }: MetricSample): MetricRange {
  const columns = Object.entries(values).map(([metric, value]) => [metric, [value]]);
  return { stepSeconds: 1, start: time, values: Object.fromEntries(columns) as MetricRange['values'] };
}

/** A sample this much after the one before means that some were lost on the way. */
const LOST_SECONDS = 3;

/**
 * What a sample makes of a range: the range with it, or that the node must be asked for what follows the last step, or for
 * everything, because the clock was set back. A longer step changes by one sample less than a line is wide, so it is read when it
 * is over.
 */
export function withSample(
  kept: MetricRange,
  sample: MetricSample,
  seconds: number,
): MetricRange | 'read-rest' | 'read-all' {
  const last = lastStep(kept);
  if (sample.time < last) return 'read-all';
  if (kept.stepSeconds > 1) return sample.time >= last + kept.stepSeconds ? 'read-rest' : kept;
  if (sample.time - last > LOST_SECONDS) return 'read-rest';
  return continued(kept, rangeOfSample(sample), seconds) ?? 'read-all';
}

/**
 * A range with a later one of the same resolution after it, where the later one counts. Steps between them were not measured.
 * At most the last `seconds` stay. Null if they do not continue each other: the clock was set.
 */
export function continued(kept: MetricRange, more: MetricRange, seconds: number): MetricRange | null {
  const { stepSeconds } = kept;
  const known = stepsOf(kept);
  const added = stepsOf(more);
  const offset = (more.start - kept.start) / stepSeconds;
  const most = Math.ceil(seconds / stepSeconds);
  if (added === 0) return kept;
  if (offset < 0 || offset - known > most || offset + added < known) return null;
  const surplus = Math.max(0, offset + added - most);
  const values: MetricRange['values'] = {};
  for (const metric of Object.keys(kept.values) as Metric[]) {
    const before = (kept.values[metric] ?? []).slice(0, offset);
    const between = Array.from({ length: offset - before.length }, () => null);
    values[metric] = [...before, ...between, ...(more.values[metric] ?? [])].slice(surplus);
  }
  return { stepSeconds, start: kept.start + surplus * stepSeconds, values };
}
