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
export interface ResolvedOptions
  extends
    Omit<NodeConfig, 'log' | 'onFailure' | 'passwordAttempts' | 'countryData' | 'settings'>,
    Adjustable {
  /** Undefined where the option was not given. */
  readonly apiPort: number | undefined;
  /** What was resolved, for the settings of the node, which change what was not given. */
  readonly options: NodeOptions;
}

/** What the settings of the node change. */
interface Adjustable extends Pick<
  NodeConfig,
  'listen' | 'bootstrap' | 'announce' | 'hideOrigin' | 'pruneBytes' | 'asnMap' | 'maxUpload' | 'uploadMonth'
> {
  readonly logLevel: LogLevel;
  readonly mining: { readonly address: string; readonly threads: number; readonly share: number } | null;
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
  if (options.mine !== undefined) lockOf({ network }, options.mine);
  return {
    network,
    datadir: options.datadir,
    joined: joined?.addresses,
    minimumWork: joined?.minimumWork,
    namedBlock: joined?.namedBlock,
    snapshotSync: options.snapshot,
    apiPort: options.apiPort,
    options,
    ...adjust({ network, joined: joined?.addresses }, options),
  };
}

/**
 * The part of the configuration that settings of the node change.
 * @throws {KithError} `address-…`, `asmap-…`
 */
export function adjust(
  { network, joined }: Pick<ResolvedOptions, 'network' | 'joined'>,
  options: NodeOptions,
): Adjustable {
  const { mine, threads, threadShare } = options;
  return {
    listen: readAddresses(options.listen ?? defaultListen(network)),
    bootstrap: readAddresses([...(joined ?? []), ...(options.bootstrap ?? network.bootstrap)]),
    announce: readAddresses(options.announce),
    hideOrigin: options.privateBroadcast,
    pruneBytes: pruneBytesOf(options),
    asnMap: options.asmap === undefined ? undefined : readAsnMap(options.asmap),
    maxUpload: maxUploadOf(options),
    uploadMonth: uploadMonthOf(options),
    logLevel: options.logLevel,
    mining: mine === undefined ? null : { address: mine, threads, share: threadShare / 100 },
  };
}

/** The limit on the bytes of old blocks; undefined for none. */
export const pruneBytesOf = ({ pruneMb }: Pick<NodeOptions, 'pruneMb'>): number | undefined =>
  pruneMb === undefined ? undefined : pruneMb * 1_000_000;

/** The limit on the bytes per second; undefined for none. */
export const maxUploadOf = ({ maxUpload }: Pick<NodeOptions, 'maxUpload'>): number | undefined =>
  maxUpload === undefined ? undefined : maxUpload * 1000;

/** The limit on the bytes of a month; undefined for none. */
export const uploadMonthOf = ({ uploadMonthMb }: Pick<NodeOptions, 'uploadMonthMb'>): number | undefined =>
  uploadMonthMb === undefined ? undefined : uploadMonthMb * 1_000_000;

async function followLink({ join, network }: NodeOptions): Promise<Joined | null> {
  if (join === undefined) return null;
  if (network !== undefined) {
    const detail = 'Give either --join or --network';
    throw new KithError('argument-invalid', detail, { data: { command: 'node', detail } });
  }
  return (await import('./join-network.ts')).joinNetwork(join);
}
