import { createCipheriv, createHash, randomFillSync, randomInt } from 'node:crypto';

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
  // Filled in place: a copy of an entropy would stay in memory after the wallet has wiped its own. The
  // explicit buffer keeps it out of V8's heap, whose collector makes such copies.
  bytes: (count) => randomFillSync(new Uint8Array(new ArrayBuffer(count))),
  number: () => randomInt(STEPS) / STEPS,
};

/** Numbers that depend on the seed alone, and are unpredictable without it. Not for keys. */
export function seededRandom(seed: string | Uint8Array): Pick<Random, 'number'> {
  const stream = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), Buffer.alloc(16));
  const zeros = Buffer.alloc(6 * 512);
  let block = Buffer.alloc(0);
  let at = 0;
  return {
    number() {
      if (at === block.length) [block, at] = [stream.update(zeros), 0];
      const value = block.readUIntBE(at, 6) % STEPS;
      at += 6;
      return value / STEPS;
    },
  };
}

/** A whole number from 0 up to but not including `below`. */
export const numberBelow = (random: Pick<Random, 'number'>, below: number): number =>
  Math.floor(random.number() * below);

/** A list, or what can be read like one. */
export interface Indexed<T> {
  readonly length: number;
  at(index: number): T | undefined;
}

/** The items in a random order (Fisher and Yates), drawn one by one: it costs no more than what is taken. */
export function* drawn<T>(items: Indexed<T>, random: Pick<Random, 'number'>): Generator<T, void> {
  /** The items that moved into a place whose own item was taken. */
  const moved = new Map<number, T>();
  for (let end = items.length; end > 0; end--) {
    const at = numberBelow(random, end);
    yield moved.get(at) ?? items.at(at)!;
    moved.set(at, moved.get(end - 1) ?? items.at(end - 1)!);
  }
}
