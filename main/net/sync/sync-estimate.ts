import type { SyncProgress } from './sync-progress.ts';

/** Seconds until the end of a phase of the sync: most likely between these two. */
export interface SyncEstimate {
  readonly from: number;
  readonly to: number;
}

/** The state of the sync as it is shown: with the rest of the phase as a range. */
export interface ShownProgress extends SyncProgress {
  /** Null when no estimate is possible. */
  readonly etaRange: SyncEstimate | null;
}

/** Half of a change is in the estimate after this time. */
const HALF_LIFE_S = 6;
/** An estimate is given after the phase has lasted so long. */
const FIRST_AFTER_S = 5;
/** The range is this factor wider than the two speeds: both are of the past. */
const MARGIN = 1.5;
const WIDEST = 4;
/** Share of the phase after which its mean speed says something. */
const LEAST_SHARE = 0.005;

/**
 * Estimates the rest of a phase from two speeds: that of the last seconds (`etaSeconds`) and the mean one of the phase. The
 * range covers both, so it is wide while the speed varies. What is given follows them slowly and falls with the time that
 * passed, so that it does not jump. Null in the first seconds of a phase, and while nothing arrives.
 * @param ms monotonic milliseconds
 */
export function createSyncEstimate(
  ms: () => number,
): (now: Pick<SyncProgress, 'phase' | 'progress' | 'etaSeconds'>) => SyncEstimate | null {
  let phase: SyncProgress['phase'] | null = null;
  let began = { at: 0, progress: 0 };
  let at = 0;
  /** Natural logarithms of the seconds in the middle of the range, and of the factor to its ends; null before the first. */
  let given: { middle: number; spread: number } | null = null;

  function meanRest(progress: number): number | null {
    const share = progress - began.progress;
    return share < LEAST_SHARE ? null : (((ms() - began.at) / 1000) * (1 - progress)) / share;
  }

  function follow(middle: number, spread: number, passed: number): { middle: number; spread: number } {
    if (given === null) return { middle, spread };
    const weight = 1 - 2 ** (-passed / HALF_LIFE_S);
    const fallen = Math.log(Math.max(1, Math.exp(given.middle) - passed));
    return {
      middle: fallen + weight * (middle - fallen),
      spread: given.spread + weight * (spread - given.spread),
    };
  }

  return ({ phase: current, progress, etaSeconds }) => {
    if (current !== phase) {
      phase = current;
      began = { at: ms(), progress };
      at = ms();
      given = null;
    }
    const passed = (ms() - at) / 1000;
    at = ms();
    if (etaSeconds === null) return null;
    const rests = [etaSeconds, meanRest(progress) ?? etaSeconds].map((rest) => Math.log(Math.max(1, rest)));
    const [least, most] = [Math.min(...rests), Math.max(...rests)];
    given = follow((least + most) / 2, (most - least) / 2, passed);
    if (ms() - began.at < FIRST_AFTER_S * 1000) return null;
    const factor = Math.min(WIDEST, MARGIN * Math.exp(given.spread));
    const middle = Math.exp(given.middle);
    return { from: Math.floor(middle / factor), to: Math.ceil(middle * factor) };
  };
}
