import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { unixSeconds } from './fields.ts';
import { MAX_ASKED_METRICS, METRIC_STEPS, METRICS } from './vocabulary.ts';

const metric = z.enum(METRICS);

const askedMetrics = z
  .array(metric)
  .min(1, 'name at least one metric')
  .max(MAX_ASKED_METRICS, `name at most ${MAX_ASKED_METRICS} metrics`);

/** Null where nothing was measured, for example while the node did not run. */
const measured = z.number().nullable();

/** Addition: a stretch of time with the value of each metric in every step of it. */
export const metricRange = z.object({
  /** Length of a step. */
  stepSeconds: z.int().min(1),
  /** Start of the first step; a multiple of the length. */
  start: unixSeconds,
  /** By metric, oldest first. All have the same length. The last step may still be running. */
  values: z.partialRecord(metric, z.array(measured)),
});

/** Addition: the newest value of each metric, and when it was measured. */
export const metricSample = z.object({ time: unixSeconds, values: z.partialRecord(metric, measured) });

export const metricsContract = {
  /** Addition: the values since `from`, or all that are kept in this resolution. */
  range: oc
    .input(
      z.strictObject({
        metrics: askedMetrics,
        step: z.enum(METRIC_STEPS),
        from: unixSeconds.optional(),
      }),
    )
    .output(metricRange),
  /** Addition: the newest values immediately, and then once a second. */
  watch: oc.input(z.strictObject({ metrics: askedMetrics })).output(eventIterator(metricSample)),
};

export type MetricRange = z.infer<typeof metricRange>;
export type MetricSample = z.infer<typeof metricSample>;
