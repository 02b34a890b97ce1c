import { join } from 'node:path';
import { codeOf, messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { readRegularFile } from '../lib/read-regular.ts';
import { replaceFile } from '../lib/replace-file.ts';
import type { MetricRing } from './metric-ring.ts';
import { decodeMetrics, encodeMetrics, MOST_METRICS_FILE_BYTES } from './metrics-file.ts';

/** Keeps the rings over restarts. A failure costs the history and one line of the log, nothing else. */
export interface MetricsStorage {
  load(): Promise<void>;
  save(): Promise<void>;
}

export function createMetricsStorage(
  directory: string,
  rings: readonly MetricRing[],
  log: Log,
): MetricsStorage {
  const file = join(directory, 'metrics.dat');
  // Of a newer version: it has more than this one could write.
  let isForeign = false;
  return {
    async load() {
      const bytes = await readRegularFile(file, MOST_METRICS_FILE_BYTES).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT')
          log.warn('the metrics of earlier runs could not be read', { reason: messageOf(error) });
        return null;
      });
      if (bytes === null) return;
      const saved = decodeMetrics(bytes);
      isForeign = saved === 'newer';
      if (saved === 'newer') return log.warn('the metrics file is of a newer version; this one writes none');
      if (saved === 'malformed') return log.warn('the metrics file is corrupt; a new one begins');
      for (const ring of rings) {
        const kept = saved.find(({ size }) => size.seconds === ring.size.seconds);
        if (kept !== undefined) ring.restore(kept);
      }
    },
    async save() {
      if (isForeign) return;
      const saved = rings.map((ring) => ({ ...ring.read(), size: ring.size }));
      try {
        await replaceFile(file, encodeMetrics(saved), { kind: 'metrics file' });
      } catch (error) {
        log.warn('the metrics could not be saved', { reason: messageOf(error) });
      }
    },
  };
}
