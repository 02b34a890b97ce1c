import type { LogLevel } from '../../shared/contract/vocabulary.ts';
import { lockOf } from '../api/mining.ts';
import { KithError } from '../lib/errors.ts';
import { defaultDirectory } from './default-directory.ts';
import { defaultListen } from './default-listen.ts';
import type { Joined } from './join-network.ts';
import type { Network } from '../core/params/network.ts';
import type { NodeConfig } from './node-config.ts';
import type { NodeOptions } from './node-options.ts';
import { readAsnMap } from './read-asn-map.ts';
import { readAddresses } from './peer-addresses.ts';
import { readNetwork } from './read-network.ts';

/** Resolved options: network loaded, files read, addresses checked. */
export interface ResolvedOptions extends Omit<
  NodeConfig,
  'log' | 'onFailure' | 'passwordAttempts' | 'countryData'
> {
  /** Undefined where the option was not given. */
  readonly apiPort: number | undefined;
  readonly logLevel: LogLevel;
  readonly mining: { readonly address: string; readonly threads: number } | null;
}

/**
 * Resolves the options; a join link may fetch its network file from a member.
 * @throws {KithError} `argument-invalid`, `argument-missing`, `address-…`, `network-…`, `asmap-…` or `join-…`, before anything
 * has been written.
 */
export async function resolveOptions(options: NodeOptions): Promise<ResolvedOptions> {
  const joined = await followLink(options);
  const network = joined?.network ?? readNetwork('node', options.network);
  const datadir = options.datadir ?? (await defaultDirectory(network));
  return resolveFor(network, joined, { ...options, datadir });
}

/**
 * The same for a network that is known already; `joined` has the data of its join link.
 * @throws {KithError} `argument-invalid`, `address-…`, `asmap-…`
 */
export function resolveFor(
  network: Network,
  joined: Omit<Joined, 'network'> | null,
  options: NodeOptions & { readonly datadir: string },
): ResolvedOptions {
  const mining = options.mine === undefined ? null : { address: options.mine, threads: options.threads };
  if (mining !== null) lockOf({ network }, mining.address);
  return {
    network,
    datadir: options.datadir,
    listen: readAddresses(options.listen ?? defaultListen(network)),
    bootstrap: readAddresses([...(joined?.addresses ?? []), ...(options.bootstrap ?? network.bootstrap)]),
    joined: joined?.addresses,
    minimumWork: joined?.minimumWork,
    namedBlock: joined?.namedBlock,
    announce: readAddresses(options.announce),
    snapshotSync: options.snapshot,
    hideOrigin: options.privateBroadcast,
    pruneBytes: options.pruneMb === undefined ? undefined : options.pruneMb * 1_000_000,
    asnMap: options.asmap === undefined ? undefined : readAsnMap(options.asmap),
    maxUpload: options.maxUpload === undefined ? undefined : options.maxUpload * 1000,
    apiPort: options.apiPort,
    logLevel: options.logLevel,
    mining,
  };
}

async function followLink({ join, network }: NodeOptions): Promise<Joined | null> {
  if (join === undefined) return null;
  if (network !== undefined) {
    const detail = 'Give either --join or --network';
    throw new KithError('argument-invalid', detail, { data: { command: 'node', detail } });
  }
  return (await import('./join-network.ts')).joinNetwork(join);
}
