import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFileSync } from '../lib/read-regular.ts';
import { decodeWalletFile, isFileProblem, MAX_FILE_BYTES } from '../wallet/wallet-file.ts';
import type { Network } from '../core/params/network.ts';
import { directoryName } from '../node/default-directory.ts';
import type { Candidate } from './candidates.ts';
import type { KnownNetwork } from './known-networks.ts';

/** The data directory of a network. A known network keeps its directory. */
export function directoryOf(root: string, network: Network, entry: KnownNetwork | undefined): string {
  return join(root, entry?.datadir ?? newDirectory(root, network));
}

/** For a network that is not in the registry; `.` if the root itself contains its wallets, as of an earlier version. */
function newDirectory(root: string, network: Network): string {
  return hasWalletsOf(join(root, 'wallets'), network.idHex) ? '.' : directoryName(network);
}

function hasWalletsOf(folder: string, id: string): boolean {
  try {
    return readdirSync(folder).some((name) => {
      try {
        const file = decodeWalletFile(readRegularFileSync(join(folder, name), MAX_FILE_BYTES));
        return !isFileProblem(file) && file.identity.network === id;
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

/** The entry of a network that was opened just now. */
export function entryOf(
  root: string,
  candidate: Candidate,
  entry: KnownNetwork | undefined,
  now: number,
): KnownNetwork {
  const { network, link } = candidate;
  return {
    id: network.idHex,
    name: network.name,
    created: network.founded,
    datadir: entry?.datadir ?? newDirectory(root, network),
    link,
    addedAt: entry?.addedAt ?? now,
    openedAt: now,
  };
}
