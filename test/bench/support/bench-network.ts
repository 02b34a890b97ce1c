import { bytesToBigInt } from '../../../main/core/codec/bytes.ts';
import { bitsToTarget } from '../../../main/core/consensus/compact.ts';
import { REGTEST_NETWORK } from '../../../main/core/networks/built-in.ts';
import { createNetworkOf, type Network } from '../../../main/core/networks/network.ts';
import { toMotes } from '../../../shared/units.ts';
import { powHash } from '../../support/test-chain.ts';

/** Regtest's proof of work, so that a bench measures the ledger, with main's epochs, so that snapshots cost what they cost there. */
export const BENCH_NETWORK: Network = findNetwork();

function findNetwork(): Network {
  // A large subsidy at the start, so that a coin can be halved many times before it is dust.
  const subsidy = toMotes(400_000_000_000_000);
  const params = { ...REGTEST_NETWORK.params, epoch: 4320, delay: 240, subsidy, halving: 10 };
  const target = bitsToTarget(params.startBits);
  const facts = { defaultPort: 51_475, bootstrap: [], deployments: [], founded: true, launched: true };
  for (let nonce = 0; ; nonce++) {
    const network = createNetworkOf({ name: 'bench', time: 1_795_305_600, nonce }, params, facts);
    if (bytesToBigInt(powHash(network.genesis.header.bytes, params.powMemoryKiB)) <= target) return network;
  }
}
