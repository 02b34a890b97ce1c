import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFileSync } from '../lib/read-regular.ts';
import { decodeWalletFile, isFileProblem, MAX_FILE_BYTES } from '../wallet/files/wallet-file.ts';
import type { Network } from '../core/params/network.ts';
import { directoryName } from '../node/default-directory.ts';
import type { Candidate } from './candidates.ts';
import type { KnownNetwork } from './known-networks.ts';

/**
 * The data directory of a network, relative to the root. A known network keeps its directory. One that is not in the registry
 * has `.` if the root itself contains its wallets, as of an earlier version. Reads those wallet files.
 */
export function datadirOf(root: string, network: Network, entry: KnownNetwork | undefined): string {
  if (entry !== undefined) return entry.datadir;
  const folder = join(root, 'wallets');
  const isOurs = (name: string): boolean => networkOfWallet(join(folder, name)) === network.idHex;
  return namesIn(folder).some(isOurs) ? '.' : directoryName(network);
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** The network id in a wallet file; null for anything else. */
function networkOfWallet(path: string): string | null {
  try {
    const file = decodeWalletFile(readRegularFileSync(path, MAX_FILE_BYTES));
    return isFileProblem(file) ? null : file.identity.network;
  } catch {
    return null;
  }
}

/** The entry of a network that was opened just now. */
export function entryOf(
  { network, link }: Candidate,
  datadir: string,
  addedAt: number,
  now: number,
): KnownNetwork {
  return {
    id: network.idHex,
    name: network.name,
    created: network.founded,
    datadir,
    link,
    addedAt,
    openedAt: now,
  };
}
