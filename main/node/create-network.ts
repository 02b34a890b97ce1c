import { availableParallelism } from 'node:os';
import { bitsToTarget, workOf } from '../core/consensus/compact.ts';
import { formatJoinLink } from '../core/params/join-link.ts';
import type { Network } from '../core/params/network.ts';
import { systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { findNonceWithThreads } from '../mining/find-nonce.ts';
import { mineNetwork, type MiningOptions, type NetworkParameters } from '../mining/mine-network.ts';
import { networkFileHash, networkFileOf } from '../net/join.ts';
import { assertPowHash, powHash } from '../workers/pow.ts';

/**
 * Creates a network, with all cores of this computer. Takes about one block spacing of the new network.
 * @throws {KithError} see mineNetwork, and `pow-hash-wrong`
 */
export async function createNetworkHere(
  parameters: NetworkParameters,
  log: Log,
  options: Pick<MiningOptions, 'signal' | 'onProgress'> = {},
): Promise<Network> {
  assertPowHash();
  const threads = availableParallelism();
  const findNonce = findNonceWithThreads(threads, log);
  return mineNetwork(parameters, powHash, systemClock.now(), { ...options, threads, findNonce });
}

/** A link through the network's bootstrap nodes; null without any: then only a running node has a join link. */
export function bootstrapLink(network: Network): string | null {
  const { id, params, bootstrap } = network;
  if (bootstrap.length === 0) return null;
  const block = { height: 0, id, work: workOf(bitsToTarget(params.startBits)) };
  const file = network.founded ? networkFileHash(networkFileOf(network)) : null;
  return formatJoinLink({ id, file, block, addresses: bootstrap });
}
