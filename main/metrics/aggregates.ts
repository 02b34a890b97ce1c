import type { Metric } from '../../shared/contract/vocabulary.ts';

/** How the samples of a minute or an hour become one value. */
export type Aggregate = 'mean' | 'most' | 'last';

/**
 * The aggregate of each metric; a metric without one does not compile. Rates and loads are averaged; what only matters when it is
 * bad keeps its worst second; what grows keeps where it ended.
 */
export const AGGREGATES: Readonly<Record<Metric, Aggregate>> = {
  peersInbound: 'mean',
  peersOutbound: 'mean',
  knownAddresses: 'last',
  latencyMs: 'mean',
  receivedBytesPerSecond: 'mean',
  sentBytesPerSecond: 'mean',
  height: 'last',
  headers: 'last',
  blocksPerSecond: 'mean',
  mempoolTransactions: 'mean',
  mempoolBytes: 'mean',
  acceptedPerSecond: 'mean',
  feerateFloor: 'mean',
  feerateNext: 'mean',
  hashesPerSecond: 'mean',
  memoryBytes: 'mean',
  heapBytes: 'mean',
  processorShare: 'mean',
  loopDelayMs: 'most',
  freeDiskBytes: 'last',
  coins: 'last',
};
