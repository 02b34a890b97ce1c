import type { MetricRange, MetricSample } from '../../shared/contract/metrics.ts';
import { type Metric, METRICS, METRIC_STEPS, type MetricStep } from '../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../shared/units.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { createEmitter } from '../lib/events.ts';
import type { Log } from '../lib/log.ts';
import { repeat, type Repeated } from '../lib/repeat.ts';
import type { Service } from '../lib/service.ts';
import { createClockDoubt, type KnownTime } from './clock-doubt.ts';
import { createMetricRing, type MetricRing, type RingSize, type Sample } from './metric-ring.ts';
import { createMetricsStorage } from './metrics-storage.ts';

/** What the node measures now. A metric that is missing was not measured. */
export type Measured = Readonly<Partial<Record<Metric, number | null>>>;

export interface MetricsDeps {
  readonly directory: string;
  /** Reads the current figures; called once a second. `elapsedMs`: since the last call, by the monotonic clock. */
  readonly measure: (elapsedMs: number) => Measured;
  readonly clock: Clock;
  readonly log: Log;
}

/** The history of what the node measures of itself. It survives restarts, and a lost file costs nothing else. */
export interface Metrics extends Service {
  /** The values of the metrics in one resolution, since `from` or as far back as they are kept. */
  range(metrics: readonly Metric[], step: MetricStep, from?: UnixSeconds): MetricRange;
  /** The newest values; null for what was not measured. */
  newest(metrics: readonly Metric[]): MetricSample;
  /** Calls the listener after each sample; returns a function that removes it. */
  onSampled(listener: () => void): () => void;
}

const RINGS: Readonly<Record<MetricStep, RingSize>> = {
  second: { seconds: 1, capacity: 3600 },
  minute: { seconds: 60, capacity: 1440 },
  hour: { seconds: 3600, capacity: 8760 },
};

/** How often a sample is taken. */
export const SAMPLE_MS = 1000;
/** A crash loses at most an hour of history; saving more often would wear the disk for it. */
const SAVE_MS = 3600_000;

export function createMetrics(deps: MetricsDeps): Metrics {
  const { clock, measure, log } = deps;
  const rings = createRings();
  const storage = createMetricsStorage(deps.directory, Object.values(rings), log);
  const accepts = createClockDoubt(knownTime(rings));
  const sampled = createEmitter<{ sampled: null }>((error) =>
    log.error('a listener of the metrics failed', { error }),
  );
  const sample: Sample = new Float64Array(METRICS.length);
  const timers: Pick<Timer, 'cancel'>[] = [];
  let sampledAt: UnixSeconds = clock.now();
  let lastMs = clock.monotonic();
  sample.fill(NaN);

  const takeSample = () => {
    const ms = clock.monotonic();
    const figures = measure(ms - lastMs);
    lastMs = ms;
    sampledAt = clock.now();
    METRICS.forEach((metric, column) => (sample[column] = figures[metric] ?? NaN));
    if (accepts(sampledAt, ms)) for (const ring of Object.values(rings)) ring.add(sampledAt, sample);
    sampled.emit('sampled', null);
  };

  let saving: Repeated | undefined;
  return {
    name: 'metrics',
    async start() {
      await storage.load();
      lastMs = clock.monotonic();
      saving = repeat(clock, SAVE_MS, storage.save);
      timers.push(clock.every(SAMPLE_MS, takeSample), saving);
    },
    async stop() {
      timers.splice(0).forEach((timer) => timer.cancel());
      await saving?.idle();
      await storage.save();
    },
    range(metrics, step, from) {
      const ring = rings[step];
      const { seconds } = ring.size;
      const first = from === undefined ? 0 : Math.floor(from / seconds);
      const start = Math.max(first, ring.oldest());
      const values: MetricRange['values'] = {};
      for (const metric of metrics) values[metric] = ring.values(METRICS.indexOf(metric), start);
      return { stepSeconds: seconds, start: start * seconds, values };
    },
    newest(metrics) {
      const values: MetricSample['values'] = {};
      for (const metric of metrics) {
        const value = sample[METRICS.indexOf(metric)]!;
        values[metric] = Number.isNaN(value) ? null : value;
      }
      return { time: sampledAt, values };
    },
    onSampled: (listener) => sampled.on('sampled', listener),
  };
}

/** By the minute, so that a correction of seconds is no contradiction. */
function knownTime({ minute, hour }: Record<MetricStep, MetricRing>): KnownTime {
  const { seconds } = minute.size;
  return {
    newest() {
      const step = minute.newest();
      return step === null ? null : step * seconds;
    },
    toleranceSeconds: seconds,
    keptSeconds: hour.size.seconds * hour.size.capacity,
  };
}

function createRings(): Record<MetricStep, MetricRing> {
  return Object.fromEntries(METRIC_STEPS.map((step) => [step, createMetricRing(RINGS[step])])) as Record<
    MetricStep,
    MetricRing
  >;
}
