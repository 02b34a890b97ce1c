import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { equalBytes } from '../core/codec/bytes.ts';
import { toHex } from '../core/codec/hex.ts';
import { BUILT_IN_NETWORKS } from '../core/params/built-in-networks.ts';
import { type JoinLink, parseJoinLink } from '../core/params/join-link.ts';
import type { Network } from '../core/params/network.ts';
import { defaultDataRoot } from '../lib/datadir.ts';
import { findRoot } from '../lib/moved-root.ts';
import { systemClock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import { systemRandom } from '../lib/random.ts';
import { fetchNetworkFile, networkFileHash } from '../net/join.ts';
import { loadNetworkFile } from './read-network.ts';

/** The result of following a join link. */
export interface Joined {
  readonly network: Network;
  readonly addresses: readonly string[];
  /** The chain of the link has at least this much work. */
  readonly minimumWork: bigint;
  /** The id of a block on that chain. */
  readonly namedBlock: string;
}

/**
 * Follows a join link. The network file is downloaded from the first node that has it, and is stored beside the data
 * directories. So the link works again when none of those nodes exists any more.
 * @throws {KithError} `join-link-invalid`, `join-unreachable`, `network-file-invalid`
 */
export async function joinNetwork(text: string): Promise<Joined> {
  const link = parseJoinLink(text);
  if (link === null) throw new KithError('join-link-invalid', 'not a join link');
  const network = BUILT_IN_NETWORKS.find(({ id }) => equalBytes(id, link.id)) ?? (await createdNetwork(link));
  if (!equalBytes(network.id, link.id))
    throw new KithError('join-link-invalid', 'the file it names is of another network');
  return { network, ...joinedBy(link) };
}

/** What a link contains besides the network. */
export function joinedBy({ addresses, block }: JoinLink): Omit<Joined, 'network'> {
  return { addresses, minimumWork: block.work, namedBlock: toHex(block.id) };
}

async function createdNetwork(link: JoinLink): Promise<Network> {
  if (link.file === null)
    throw new KithError('join-link-invalid', 'it names a network that this program does not know');
  const kept = join(await findRoot(defaultDataRoot()), 'networks', `${toHex(link.id)}.kith.json`);
  const good = existsSync(kept) && equalBytes(networkFileHash(await readFile(kept, 'utf8')), link.file);
  if (!good) {
    const file = await fetchNetworkFile(link, link.file, { clock: systemClock, random: systemRandom });
    await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
    await writeFile(`${kept}.part`, file, { flush: true });
    await rename(`${kept}.part`, kept);
  }
  return loadNetworkFile(kept);
}
