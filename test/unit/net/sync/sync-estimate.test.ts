import { describe, expect, test } from 'vitest';
import { createSyncEstimate, type SyncEstimate } from '../../../../main/net/sync/sync-estimate.ts';
import { RECORDED_SYNC } from '../../../support/recorded-sync.ts';

/** What is estimated at each moment of the recorded sync, with what was still to come. */
function replayed(): { at: number; truth: number; eta: number | null; given: SyncEstimate | null }[] {
  let now = 0;
  const estimate = createSyncEstimate(() => now);
  const end = RECORDED_SYNC.at(-1)![0];
  return RECORDED_SYNC.map(([ms, height, headers, etaSeconds]) => {
    now = ms;
    const given = estimate({ phase: 'blocks', progress: height / headers, etaSeconds });
    return { at: ms / 1000, truth: (end - ms) / 1000, eta: etaSeconds, given };
  });
}

const middle = ({ from, to }: SyncEstimate) => (from + to) / 2;

/** The largest change within a second, beyond the time that passed, as a share of the value. */
function largestJump(values: readonly { at: number; value: number }[]): number {
  return Math.max(
    ...values.slice(1).map(({ at, value }, i) => {
      const before = values[i]!;
      const passed = at - before.at;
      const expected = Math.max(1, before.value - passed);
      return Math.abs(value - expected) / Math.max(10, before.value) / Math.max(1, passed);
    }),
  );
}

describe('in a recorded sync, whose speed varied by a factor of three', () => {
  const moments = replayed();
  const given = moments.flatMap(({ given: range, ...rest }) => (range ? [{ ...rest, range }] : []));

  test('there is an estimate after five seconds, and until the end', () => {
    expect(given[0]!.at).toBeLessThan(7);
    expect(given.length).toBe(moments.filter(({ at, eta }) => at >= given[0]!.at && eta !== null).length);
  });

  test('the estimate moves by less than a tenth in a second, and less than the speed of the last seconds suggests', () => {
    const shown = largestJump(given.map(({ at, range }) => ({ at, value: middle(range) })));
    expect(shown).toBeLessThan(0.12);
    expect(shown).toBeLessThan(largestJump(given.map(({ at, eta }) => ({ at, value: eta! }))));
  });

  test('the truth is within the range most of the time, and never twice as far away as its end', () => {
    const inside = given.filter(({ truth, range: { from, to } }) => truth >= from && truth <= to);
    expect(inside.length / given.length).toBeGreaterThan(0.5);
    for (const { truth, range } of given.filter((each) => each.truth > 10)) {
      expect(range.to * 2).toBeGreaterThan(truth);
      expect(range.from / 2).toBeLessThan(truth);
    }
  });
});

describe('an estimate', () => {
  const estimating = () => {
    const clock = { ms: 0 };
    const estimate = createSyncEstimate(() => clock.ms);
    return (
      seconds: number,
      progress: number,
      etaSeconds: number | null,
      phase: 'blocks' | 'headers' = 'blocks',
    ) => {
      clock.ms = seconds * 1000;
      return estimate({ phase, progress, etaSeconds });
    };
  };

  test('is not given while nothing arrives, and again when it does', () => {
    const at = estimating();
    at(0, 0, 100);
    expect(at(6, 0.06, 94)).not.toBeNull();
    expect(at(8, 0.06, null)).toBeNull();
    expect(at(10, 0.08, 92)).not.toBeNull();
  });

  test('begins anew with each phase', () => {
    const at = estimating();
    at(0, 0, 10, 'headers');
    expect(at(6, 0.5, 5, 'headers')!.to).toBeLessThan(20);
    expect(at(7, 0, 900)).toBeNull();
    expect(at(13, 0.006, 900)!.to).toBeGreaterThan(900);
  });

  test('is wider when the speed of the last seconds is not that of the whole phase', () => {
    const [steady, varied] = [estimating(), estimating()];
    for (let second = 0; second <= 60; second += 2) {
      steady(second, second / 120, 120 - second);
      varied(second, second / 120, 4 * (120 - second));
    }
    const width = ({ from, to }: SyncEstimate) => to / from;
    expect(width(varied(60, 0.5, 240)!)).toBeGreaterThan(1.5 * width(steady(60, 0.5, 60)!));
  });
});
