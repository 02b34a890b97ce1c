import { randomBytes, randomInt } from 'node:crypto';

/** Randomness as a dependency, so that tests and the simulator can repeat a run. */
export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array<ArrayBuffer>;
  /** A number from 0 up to but not including 1, in steps of 2^-47. */
  number(): number;
}

const STEPS = 2 ** 47;

/** The random source of the system, good enough for keys. */
export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  number: () => randomInt(STEPS) / STEPS,
};

/** A whole number from 0 up to but not including `below`. */
export const numberBelow = (random: Pick<Random, 'number'>, below: number): number =>
  Math.floor(random.number() * below);
