import type { Allowance, Rate } from './costs.ts';

/** Cost of a request or an answer: processor time in microseconds, and bytes to send. */
export interface Amount {
  readonly micros: number;
  readonly bytes: number;
}

/** What is left of an allowance. One charge may overdraw it, so that no single amount is too large to be granted. */
export interface Balance {
  /** Milliseconds until `amount` may be charged; 0 for now. */
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

/** A token bucket that may become negative. It fills with time, up to the burst. */
export interface Level {
  /** Milliseconds until the level is above zero. */
  wait(): number;
  /** Lowers the level, below zero if the amount is more than what is left. */
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
