import { untrack } from 'svelte';
import type { MetricRange, MetricSample } from '../../shared/contract/metrics.ts';
import { type Metric, METRICS } from '../../shared/contract/vocabulary.ts';
import { type ChartRange, RANGE_RULES } from '../format/chart.ts';
import { continued, lastStep, withSample } from '../format/metric-range.ts';
import { useApp } from './app.svelte.ts';
import { follow } from './follow.ts';
import { problemOf, type Problem } from './problem.ts';
import { track } from './track.ts';
import { createVisibility } from './visibility.svelte.ts';

/** What the node kept of some metrics, continued while the page is visible. */
export interface MetricFeed {
  /** Null until the first answer. */
  readonly kept: MetricRange | null;
  /** The newest values; null until the first answer. */
  readonly newest: MetricSample | null;
  readonly problem: Problem | null;
}

/** After the clock was set back the node keeps no sample for minutes, so everything is read, but not at each of them. */
const REREAD_MS = 10_000;

/**
 * Reads the range of the metrics, and follows them. Must be called inside a component; `range` is read reactively. A hidden page
 * follows nothing, and reads everything again when it is shown. What was kept of another range is shown until the answer.
 */
export function createMetricFeed(metrics: readonly Metric[], range: () => ChartRange): MetricFeed {
  const { client, connection } = useApp();
  const asked = METRICS.filter((metric) => metrics.includes(metric));
  const visibility = createVisibility();
  let ranges = $state.raw<Partial<Record<ChartRange, MetricRange>>>({});
  let newest = $state.raw<MetricSample | null>(null);
  let problem = $state.raw<Problem | null>(null);

  $effect(() => {
    const chosen = range();
    const { step, seconds } = RANGE_RULES[chosen];
    track(connection.generation);
    if (!visibility.isVisible) return;
    const stop = new AbortController();
    let isReading = false;
    let isWhole = false;
    let readAgainAt = 0;
    const keep = (kept: MetricRange): void => {
      ranges = { ...ranges, [chosen]: kept };
    };

    /** Reads everything, or what follows the steps that are known. */
    const read = async (): Promise<void> => {
      if (isReading) return;
      isReading = true;
      const kept = ranges[chosen];
      const from = isWhole && kept !== undefined ? lastStep(kept) : undefined;
      const input = { metrics: asked, step, ...(from !== undefined && { from }) };
      try {
        const answer = await client.metrics.range(input, { signal: stop.signal });
        if (stop.signal.aborted) return;
        // What a sample added while the answer was on its way is read again.
        const next = from === undefined || kept === undefined ? answer : continued(kept, answer, seconds);
        isWhole = next !== null;
        if (next !== null) keep(next);
        problem = null;
      } catch (error) {
        if (!stop.signal.aborted) problem = problemOf(error);
      }
      isReading = false;
    };
    const take = (sample: MetricSample): void => {
      newest = sample;
      const kept = ranges[chosen];
      if (!isWhole || kept === undefined) return void read();
      const next = withSample(kept, sample, seconds);
      if (next === 'read-rest') return void read();
      if (next !== 'read-all') return keep(next);
      if (performance.now() < readAgainAt) return;
      readAgainAt = performance.now() + REREAD_MS;
      isWhole = false;
      void read();
    };
    // Not tracked: the answer changes what is read here, and would be asked for again without end.
    untrack(() => void read());
    const unfollow = follow(
      connection,
      (signal) => client.metrics.watch({ metrics: asked }, { signal }),
      take,
    );
    return () => {
      stop.abort();
      unfollow();
    };
  });

  return {
    get kept() {
      return ranges[range()] ?? null;
    },
    get newest() {
      return newest;
    },
    get problem() {
      return problem;
    },
  };
}
