import { compact } from '../../shared/pasted.ts';
import { decodeAddress, isAddressProblem } from '../core/primitives/address.ts';
import type { Lock } from '../core/primitives/coin.ts';
import { KithError } from '../lib/errors.ts';
import type { NodeFacade } from './facade.ts';

/** The lock of a payout address. @throws {KithError} `address-malformed`, `address-other-network`, `address-unknown-lock`. */
export function lockOf({ network }: Pick<NodeFacade, 'network'>, address: string): Lock {
  const lock = decodeAddress(network.hrp, compact(address));
  if (!isAddressProblem(lock)) return lock;
  const { problem, ...facts } = lock;
  throw new KithError(problem, address, { data: { ...facts, address, network: network.name } });
}

/** Mines for an address. */
export async function startMining(
  node: NodeFacade,
  { address, threads, share }: { address: string; threads: number; share: number },
): Promise<void> {
  await node.miner.start(lockOf(node, address), threads, share);
}
