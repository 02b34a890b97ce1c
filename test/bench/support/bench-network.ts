import { bytesToBigInt } from '../../../main/core/codec/bytes.ts';
import { bitsToTarget } from '../../../main/core/consensus/compact.ts';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import type { ConsensusParams } from '../../../main/core/consensus/params.ts';
import { createNetworkOf, type Network } from '../../../main/core/params/network.ts';
import { toMotes } from '../../../shared/units.ts';
import { powHash } from '../../support/chain/test-chain.ts';

const MAIN_EPOCHS = { epoch: 4320, delay: 240 };

/**
 * Regtest's proof of work, so that a bench measures the ledger, with main's epochs, so that snapshots cost what they cost
 * there, and a large subsidy at the start, so that a coin can be halved many times before it is dust.
 */
export const BENCH_NETWORK = found('bench', {
  ...MAIN_EPOCHS,
  subsidy: toMotes(400_000_000_000_000),
  halving: 10,
});

/** The same for chains of a hundred thousand blocks. */
export const LONG_NETWORK = found('bench-long', MAIN_EPOCHS);

function found(name: string, changes: Partial<ConsensusParams>): Network {
  const params = { ...REGTEST_NETWORK.params, ...changes };
  const target = bitsToTarget(params.startBits);
  const facts = { defaultPort: 51_475, bootstrap: [], deployments: [], founded: true, launched: true };
  for (let nonce = 0; ; nonce++) {
    const network = createNetworkOf({ name, time: 1_795_305_600, nonce }, params, facts);
    if (bytesToBigInt(powHash(network.genesis.header.bytes, params.powMemoryKiB)) <= target) return network;
  }
}
