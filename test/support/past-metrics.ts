import { mkdirSync } from 'node:fs';
import { createLog } from '../../main/lib/log.ts';
import { createMetrics, type Measured } from '../../main/metrics/metrics.ts';
import { turnedClock } from './test-clock.ts';

/** When a node of the past ran, in seconds before now. */
export interface PastRun {
  readonly from: number;
  readonly to: number;
  /** Seconds between two samples. */
  readonly every: number;
}

/**
 * Writes the metrics file of a node that ran in the past, into the data directory of one that is started later. `measure` gets
 * the number of the sample.
 */
export async function writePastMetrics(
  directory: string,
  runs: readonly PastRun[],
  measure: (sample: number) => Measured,
): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const now = Math.floor(Date.now() / 1000);
  const clock = turnedClock(now - runs[0]!.from);
  let sample = 0;
  const metrics = createMetrics({
    directory,
    measure: () => measure(sample++),
    clock,
    log: createLog({ sinks: [], level: 'error' }),
  });
  await metrics.start(new AbortController().signal);
  for (const { from, to, every } of runs) {
    clock.shift(now - from - clock.now());
    while (clock.now() < now - to) {
      clock.shift(every - 1);
      clock.pass(1000);
    }
  }
  await metrics.stop();
}
