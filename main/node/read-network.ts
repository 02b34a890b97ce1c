import { BUILT_IN_NETWORKS, builtInNetwork } from '../core/params/built-in-networks.ts';
import type { Network } from '../core/params/network.ts';
import { isNetworkFileProblem, readNetworkFile } from '../core/params/network-file.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { isPath } from '../lib/given-path.ts';
import { readRegularFileSync } from '../lib/read-regular.ts';
import { hasGenesisWork } from '../mining/mine-network.ts';
import { powHash } from '../workers/pow.ts';

/**
 * The network that an argument names: a built-in one, or a file that `kith network create` wrote.
 * @throws {KithError} `argument-missing`, `network-unknown`, `network-file-unreadable`, `network-file-invalid`.
 */
export function readNetwork(command: string, text: string | undefined): Network {
  if (text === undefined) {
    const names = BUILT_IN_NETWORKS.map(({ name }) => name).join(', ');
    const detail = `Choose a network with --network (${names}, or a network file)`;
    throw new KithError('argument-missing', detail, { data: { command, detail } });
  }
  const network = builtInNetwork(text);
  if (network !== undefined) return network;
  if (!isPath(text)) throw new KithError('network-unknown', text, { data: { network: text } });
  return loadNetworkFile(text);
}

/** @throws {KithError} `network-file-unreadable`, `network-file-invalid`. */
export const loadNetworkFile = (file: string): Network => parseNetworkFile(readText(file), { file });

/**
 * The network of a file's text, with its proof of work checked. `data` names the file in the error.
 * @throws {KithError} `network-file-invalid`.
 */
export function parseNetworkFile(text: string, data: { readonly file?: string } = {}): Network {
  const network = readNetworkFile(text);
  if (isNetworkFileProblem(network)) {
    throw new KithError(network.problem, network.detail, { data: { ...data, detail: network.detail } });
  }
  if (!hasGenesisWork(network, powHash)) {
    const detail = 'its genesis block has no proof of work';
    throw new KithError('network-file-invalid', detail, { data: { ...data, detail } });
  }
  return network;
}

/** A network file has at most 64 Ki characters; a larger file is not read. */
const MAX_BYTES = 256 * 1024;

function readText(file: string): string {
  try {
    return readRegularFileSync(file, MAX_BYTES).toString('utf8');
  } catch (error) {
    throw new KithError('network-file-unreadable', messageOf(error), { cause: error, data: { file } });
  }
}
