import { afterEach, describe, expect, test } from 'vitest';
import { type ConsensusParams, subsidyAt, totalEmission } from '../../../../main/core/consensus/params.ts';
import {
  BUILT_IN_NETWORKS,
  MAIN_NETWORK,
  REGTEST_NETWORK,
} from '../../../../main/core/params/built-in-networks.ts';
import { createNetworkOf, type Network } from '../../../../main/core/params/network.ts';
import { createTransaction } from '../../../../main/core/primitives/transaction.ts';
import { MAX_MOTES, toMotes } from '../../../../shared/units.ts';
import { openRuleWorld, type RuleWorld } from './rules-world.ts';

let world: RuleWorld | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

/** Regtest that issues its money in other steps. */
const issuing = (subsidy: number, halving: number): Network =>
  createNetworkOf(
    { name: `halves-${halving}`, time: REGTEST_NETWORK.genesis.header.time, nonce: 0 },
    { ...REGTEST_NETWORK.params, subsidy: toMotes(subsidy), halving, epoch: 1000 },
    REGTEST_NETWORK,
  );

/** Claims exactly what is allowed at each height, and one mote more first. */
async function climb(network: Network, to: number): Promise<number[]> {
  world = await openRuleWorld(network, 0);
  const claims: number[] = [];
  for (let height = 1; height <= to; height++) {
    const greedy = await world.mine({ fees: 1 });
    expect(await world.submit(greedy.bytes), `height ${height}`).toBe('coinbase-amount');
    const claim = subsidyAt(height, network.params);
    await world.extend(claim > 0 ? {} : { coinbase: nothingAt(greedy, height) });
    claims.push(claim);
  }
  return claims;
}

const nothingAt = (greedy: Awaited<ReturnType<RuleWorld['mine']>>, height: number) =>
  createTransaction({ ...greedy.transactions[0]!, validFrom: height, outputs: [] });

describe('on a chain', () => {
  test('the subsidy halves at the first block of each era', async () => {
    expect(await climb(issuing(100, 4), 13)).toEqual([100, 100, 100, 50, 50, 50, 50, 25, 25, 25, 25, 12, 12]);
    expect(world!.chain.totals().issued).toBe(3 * 100 + 4 * 50 + 4 * 25 + 2 * 12);
  });

  test('it never returns, however many eras pass (a shift by 32 would return it)', async () => {
    const subsidy = 2 ** 40;
    const claims = await climb(issuing(subsidy, 1), 70);
    expect(claims).toEqual(Array.from({ length: 70 }, (_, i) => Math.floor(subsidy / 2 ** (i + 1))));
    expect(claims.slice(28, 42)).toEqual([2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1, 0, 0]);
    expect(world!.chain.totals().total).toBe(claims.reduce((sum, claim) => sum + claim));
  });
});

describe('the published numbers', () => {
  const { params } = MAIN_NETWORK;

  test('the subsidy of main halves at the start of each era', () => {
    expect(subsidyAt(0, params)).toBe(0);
    expect(subsidyAt(1, params)).toBe(2_000_000_000);
    expect(subsidyAt(2_099_999, params)).toBe(2_000_000_000);
    expect(subsidyAt(2_100_000, params)).toBe(1_000_000_000);
    expect(subsidyAt(30 * 2_100_000, params)).toBe(1);
    for (const era of [31, 32, 33, 63, 64, 65, 2045]) expect(subsidyAt(era * 2_100_000, params)).toBe(0);
    expect(subsidyAt(2 ** 32 - 1, params)).toBe(0);
  });

  test.each(BUILT_IN_NETWORKS.map((network) => [network.name, network.params] as const))(
    'all coins of %s stay below the most that an amount can be',
    (_, each) => {
      const exact = emission(each);
      expect(exact).toBeLessThanOrEqual(BigInt(MAX_MOTES));
      expect(BigInt(totalEmission(each))).toBeGreaterThanOrEqual(exact);
    },
  );
});

/** Whole eras in exact arithmetic; the first one is a block short, which only makes it less. */
function emission({ subsidy, halving }: ConsensusParams): bigint {
  let total = 0n;
  for (let left = BigInt(subsidy); left > 0n; left /= 2n) total += left * BigInt(halving);
  return total;
}
