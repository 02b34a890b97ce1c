import type { MetricRange, MetricSample } from '../../shared/contract/metrics.ts';
import { type Metric, METRICS } from '../../shared/contract/vocabulary.ts';
import { type ChartRange, RANGE_RULES } from '../format/chart.ts';
import { continued, lastStep, rangeOfSample } from '../format/metric-range.ts';
import { useApp } from './app.svelte.ts';
import { follow } from './follow.ts';
import { problemOf, type Problem } from './problem.ts';
import { track } from './track.ts';

/** What the node kept of some metrics, continued while the page is visible. */
export interface MetricFeed {
  /** Null until the first answer. */
  readonly kept: MetricRange | null;
  /** The newest values; null until the first answer. */
  readonly newest: MetricSample | null;
  readonly problem: Problem | null;
}

/** A sample this much after the one before means that some were lost on the way. */
const LOST_SECONDS = 3;

/**
 * Reads the range of the metrics, and follows them. Must be called inside a component; `range` is read reactively. A hidden page
 * follows nothing, and asks for what it missed when it is shown.
 */
export function createMetricFeed(metrics: readonly Metric[], range: () => ChartRange): MetricFeed {
  const { client, connection } = useApp();
  const asked = METRICS.filter((metric) => metrics.includes(metric));
  const visibility = createVisibility();
  let kept = $state.raw<MetricRange | null>(null);
  let newest = $state.raw<MetricSample | null>(null);
  let problem = $state.raw<Problem | null>(null);

  $effect(() => {
    const { step, seconds } = RANGE_RULES[range()];
    track(connection.generation);
    if (!visibility.isVisible) return;
    const stop = new AbortController();
    let isReading = false;
    let isWhole = false;

    /** Reads everything, or what follows the steps that are known. */
    const read = async (): Promise<void> => {
      if (isReading) return;
      isReading = true;
      const from = isWhole && kept !== null ? lastStep(kept) : undefined;
      const input = { metrics: asked, step, ...(from !== undefined && { from }) };
      try {
        const answer = await client.metrics.range(input, { signal: stop.signal });
        if (stop.signal.aborted) return;
        kept = from === undefined || kept === null ? answer : continued(kept, answer, seconds);
        isWhole = kept !== null;
        problem = null;
      } catch (error) {
        if (!stop.signal.aborted) problem = problemOf(error);
      }
      isReading = false;
    };
    const take = (sample: MetricSample): void => {
      newest = sample;
      if (!isWhole || kept === null) return void read();
      const last = lastStep(kept);
      // A longer step changes by one sample less than a line is wide, so it is read when it is over.
      if (step !== 'second') {
        if (sample.time >= last + kept.stepSeconds || sample.time < last) void read();
        return;
      }
      if (sample.time - last > LOST_SECONDS) return void read();
      kept = continued(kept, rangeOfSample(sample), seconds);
    };
    void read();
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
      // What was kept of another range is none of this one.
      return kept?.stepSeconds === STEP_SECONDS[RANGE_RULES[range()].step] ? kept : null;
    },
    get newest() {
      return newest;
    },
    get problem() {
      return problem;
    },
  };
}

const STEP_SECONDS = { second: 1, minute: 60, hour: 3600 } as const;

/** Whether the window or the tab can be seen. */
function createVisibility(): { readonly isVisible: boolean } {
  let isVisible = $state(!document.hidden);
  $effect(() => {
    const look = (): void => {
      isVisible = !document.hidden;
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  });
  return {
    get isVisible() {
      return isVisible;
    },
  };
}
