import { randomBytes, randomInt } from 'node:crypto';

/** Randomness as a dependency, so that tests and the simulator can repeat a run. */
export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array<ArrayBuffer>;
  /** From 0 inclusive to 1 exclusive, in steps of 2^-47. */
  number(): number;
}

const STEPS = 2 ** 47;

/** The system's source, good enough for keys. */
export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  number: () => randomInt(STEPS) / STEPS,
};

/** A whole number from 0 inclusive to `below` exclusive. */
export const numberBelow = (random: Pick<Random, 'number'>, below: number): number =>
  Math.floor(random.number() * below);
