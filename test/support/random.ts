import type { Random as LibRandom } from '../../main/lib/random.ts';

/** A seeded source of chance: the same seed gives the same run on every machine. Never for keys. */
export interface Random extends LibRandom {
  /** 0 <= x < 1, 32 bits of it. */
  next(): number;
  /** A whole number, 0 <= n < limit. */
  int(limit: number): number;
  /** Exponentially distributed with the given mean: waiting for a block. */
  exponential(mean: number): number;
}

/** SplitMix-style generator over 32 bits. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    number: next,
    int: (limit) => Math.floor(next() * limit),
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)),
    exponential: (mean) => -Math.log(1 - next()) * mean,
  };
}
