import type { Allowance, Rate } from './costs.ts';

/** What something uses: processor time in microseconds, bytes to send. */
export interface Amount {
  readonly micros: number;
  readonly bytes: number;
}

/** How much of an allowance is left. It may be overdrawn by one amount, so that no amount is too large for it. */
export interface Balance {
  /** Milliseconds until something like `amount` may be charged; 0 = now. */
  wait(amount: Amount): number;
  charge(amount: Amount): void;
}

export type Ms = () => number;

export function createBalance(allowance: Allowance, ms: Ms): Balance {
  const micros = createLevel(allowance.micros, ms);
  const bytes = createLevel(allowance.bytes, ms);
  return {
    wait: (amount) => Math.max(amount.micros > 0 ? micros.wait() : 0, amount.bytes > 0 ? bytes.wait() : 0),
    charge(amount) {
      micros.charge(amount.micros);
      bytes.charge(amount.bytes);
    },
  };
}

/** A level that fills with time, up to the burst. */
export interface Level {
  /** Milliseconds until it is above zero. */
  wait(): number;
  /** Lowers it, below zero if need be. */
  charge(amount: number): void;
}

export function createLevel({ burst, perSecond }: Rate, ms: Ms): Level {
  let level = burst;
  let at = ms();
  const fill = () => {
    const now = ms();
    level = Math.min(burst, level + ((now - at) / 1000) * perSecond);
    at = now;
  };
  return {
    wait() {
      fill();
      return level > 0 ? 0 : Math.max(1, Math.ceil((-level / perSecond) * 1000) + 1);
    },
    charge(amount) {
      fill();
      level -= amount;
    },
  };
}
