import { BUILT_IN_NETWORKS, builtInNetwork } from '../core/networks/built-in.ts';
import type { Network } from '../core/networks/network.ts';
import { KithError } from '../lib/errors.ts';
import { wrong } from './arguments.ts';

/**
 * The network that an argument names.
 * @throws {KithError} `argument-missing`, `network-unknown`.
 */
export function readNetwork(command: string, text: string | undefined): Network {
  if (text === undefined) {
    const names = BUILT_IN_NETWORKS.map(({ name }) => name).join(', ');
    throw wrong('argument-missing', command, `Choose a network with --network (${names})`);
  }
  const network = builtInNetwork(text);
  if (network === undefined) throw new KithError('network-unknown', text, { data: { network: text } });
  return network;
}
