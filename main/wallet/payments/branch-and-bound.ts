/** What the search needs of a coin, in motes. `value`: the amount less the fee for its input. */
export interface BoundCoin {
  readonly value: number;
  /** What spending it now costs more than spending it later; negative if it costs less. */
  readonly timing: number;
}

export interface Bounds {
  /** The values must add up to at least this. */
  readonly least: number;
  /** The upper limit: above it, a selection with a change output has less waste. */
  readonly most: number;
}

/** Steps of the search. 100 000 take a few milliseconds. */
const MAX_STEPS = 100_000;

/**
 * Branch and Bound (Erhardt 2016, as Bitcoin Core uses it): the indexes of a set of coins whose values add up to between
 * `least` and `most`, so that the payment needs no change. Of the sets found in {@link MAX_STEPS} steps, the one with the
 * least waste: the excess above `least` and the timing costs. Null if it finds none. `coins` by descending value.
 */
export function branchAndBound(coins: readonly BoundCoin[], { least, most }: Bounds): number[] | null {
  const rest = suffixSums(coins);
  const picked: number[] = [];
  let best: { readonly indexes: readonly number[]; readonly waste: number } | null = null;
  let steps = 0;

  const visit = (at: number, sum: number, timing: number): void => {
    if (sum > most || sum + rest[at]! < least || ++steps > MAX_STEPS) return;
    if (sum >= least) {
      const waste = timing + sum - least;
      if (best === null || waste < best.waste) best = { indexes: [...picked], waste };
    }
    if (at === coins.length) return;
    const coin = coins[at]!;
    // While spending now costs more than spending later, more coins only add waste.
    if (coin.timing >= 0 && (sum >= least || (best !== null && timing > best.waste))) return;
    picked.push(at);
    visit(at + 1, sum + coin.value, timing + coin.timing);
    picked.pop();
    // Without this coin, another of the same value and cost would lead to the same sums again.
    let next = at + 1;
    while (next < coins.length && coins[next]!.value === coin.value && coins[next]!.timing === coin.timing)
      next++;
    visit(next, sum, timing);
  };
  visit(0, 0, 0);
  return best === null ? null : [...(best as { readonly indexes: readonly number[] }).indexes];
}

/** For each index, the sum of the values from there on; 0 at the end. */
function suffixSums(coins: readonly BoundCoin[]): number[] {
  const sums = new Array<number>(coins.length + 1).fill(0);
  for (let i = coins.length - 1; i >= 0; i--) sums[i] = sums[i + 1]! + coins[i]!.value;
  return sums;
}
