import { toMotes } from '../../../shared/units.ts';
import type { Deployment } from '../consensus/deployments.ts';
import type { ConsensusParams } from '../consensus/params.ts';
import { createNetworkOf, type Network, type NetworkFacts } from './network.ts';

const MAIN: ConsensusParams = {
  spacing: 60,
  halfLife: 18_000,
  futureLimit: 600,
  powLimit: 0x1f00ffff,
  startBits: 0x1e0fffff,
  powMemoryKiB: 1024,
  retarget: true,
  maturity: 720,
  subsidy: toMotes(2_000_000_000),
  halving: 2_100_000,
  epoch: 4320,
  delay: 240,
  snapshotWork: 2 ** 40,
  bitsPeriod: 10_080,
  bitsThreshold: 9072,
};

// The rules of main with a difficulty that one computer can meet, for tests of software.
const TEST: ConsensusParams = { ...MAIN, startBits: 0x1f00ffff, snapshotWork: 2 ** 24 };

// A demo on one computer: a block every five seconds, with a few hashes each.
const LOCAL: ConsensusParams = {
  ...MAIN,
  spacing: 5,
  halfLife: 150,
  powLimit: 0x203fffff,
  startBits: 0x203fffff,
  maturity: 5,
  epoch: 20,
  delay: 5,
  snapshotWork: 0,
  bitsPeriod: 20,
  bitsThreshold: 18,
};

// Tests and benchmarks: two hashes of 8 KiB per block, at constant difficulty.
const REGTEST: ConsensusParams = {
  ...LOCAL,
  // Tests mine thousands of blocks in a row, and each has a later time than the one before.
  futureLimit: 86_400,
  powLimit: 0x207fffff,
  startBits: 0x207fffff,
  powMemoryKiB: 8,
  retarget: false,
  maturity: 5,
};

const policyLock = (timeout: number | null): Deployment => ({
  name: 'policy-lock',
  bit: 0,
  start: 0,
  timeout,
});

const facts = (
  hrp: string,
  defaultPort: number,
  launched: boolean,
  timeout: number | null,
): NetworkFacts => ({
  hrp,
  defaultPort,
  bootstrap: [],
  deployments: [policyLock(timeout)],
  founded: false,
  launched,
});

// 2026-11-22T00:00:00Z
const GENESIS_TIME = 1_795_305_600;

/** The networks that the software knows by name. Genesis nonces are found by `tools/mine-genesis.ts`. */
export const MAIN_NETWORK = createNetworkOf(
  { name: 'main', time: GENESIS_TIME, nonce: 901098 },
  MAIN,
  // Specified and mined, but not launched: there are no nodes to join.
  facts('kith', 21_474, false, 1_051_200),
);
export const TEST_NETWORK = createNetworkOf(
  { name: 'test', time: GENESIS_TIME, nonce: 131094 },
  TEST,
  facts('tkith', 31_474, false, 1_051_200),
);
export const LOCAL_NETWORK = createNetworkOf(
  { name: 'local', time: GENESIS_TIME, nonce: 13 },
  LOCAL,
  facts('lkith', 41_474, true, null),
);
export const REGTEST_NETWORK = createNetworkOf(
  { name: 'regtest', time: GENESIS_TIME, nonce: 1 },
  REGTEST,
  facts('rkith', 51_474, true, null),
);

export const BUILT_IN_NETWORKS: readonly Network[] = [
  MAIN_NETWORK,
  TEST_NETWORK,
  LOCAL_NETWORK,
  REGTEST_NETWORK,
];

export function builtInNetwork(name: string): Network | undefined {
  return BUILT_IN_NETWORKS.find((network) => network.name === name);
}
