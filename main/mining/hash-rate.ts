/** Measured hash rate in H/s. */
export interface HashRate {
  add(hashes: number, atMs: number): void;
  /** Average over the last ten seconds, or since the start if that is less. */
  perSecond(atMs: number): number;
}

const WINDOW_MS = 10_000;
// Over a shorter time, in milliseconds, a single report would dominate the result.
const MIN_WINDOW_MS = 500;

export function createHashRate(startedAtMs: number): HashRate {
  let reports: { readonly hashes: number; readonly at: number }[] = [];
  return {
    add(hashes, at) {
      reports.push({ hashes, at });
      if (reports[0]!.at < at - WINDOW_MS) reports = reports.filter((report) => report.at >= at - WINDOW_MS);
    },
    perSecond(at) {
      const sum = reports.reduce(
        (total, report) => (report.at >= at - WINDOW_MS ? total + report.hashes : total),
        0,
      );
      return (sum * 1000) / Math.max(MIN_WINDOW_MS, Math.min(WINDOW_MS, at - startedAtMs));
    },
  };
}
