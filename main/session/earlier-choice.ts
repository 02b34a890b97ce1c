import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { systemClock } from '../lib/clock.ts';
import { isPath } from '../lib/given-path.ts';
import { readRegularFileSync } from '../lib/read-regular.ts';
import { networkFileOf } from '../net/join.ts';
import { directoryName } from '../node/default-directory.ts';
import { readNetwork } from '../node/read-network.ts';
import type { Candidate } from './candidates.ts';
import { entryOf } from './entry.ts';
import type { KnownNetworks } from './known-networks.ts';

const MAX_BYTES = 65_536;

/**
 * The network that an earlier version stored in `settings.json`. Used at the first start of this version; null if there
 * is none. Later starts use `networks.json`.
 * @throws {KithError} `network-…`, `datadir-unusable`
 */
export function firstCandidate(root: string, known: KnownNetworks): Candidate | null {
  if (!known.isNew()) return null;
  const text = readEarlierChoice(root);
  if (text === null) return null;
  // Stored first, so that a network that cannot be used does not fail at every later start.
  known.begin();
  const network = readNetwork('node', text);
  if (network.founded) known.keepFile(network.idHex, networkFileOf(network));
  const candidate = { network, link: null };
  const now = systemClock.now();
  known.opened(entryOf(candidate, hasData(root) ? '.' : directoryName(network), now, now));
  return candidate;
}

/**
 * Whether the folder contains a chain. Earlier versions stored the chain of the only network directly in the folder
 * that `--datadir` names.
 */
function hasData(root: string): boolean {
  return existsSync(join(root, 'chain')) || existsSync(join(root, 'wallets'));
}

/**
 * The name of a built-in network or the absolute path of a network file. Null if there is none or it cannot be read.
 */
function readEarlierChoice(root: string): string | null {
  try {
    const text = readRegularFileSync(join(root, 'settings.json'), MAX_BYTES).toString('utf8');
    const { version, network } = JSON.parse(text) as { version?: unknown; network?: unknown };
    if (version !== 1 || typeof network !== 'string' || network === '') return null;
    return isPath(network) && !isAbsolute(network) ? null : network;
  } catch {
    return null;
  }
}
