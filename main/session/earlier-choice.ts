import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { systemClock } from '../lib/clock.ts';
import { isPath } from '../lib/given-path.ts';
import { readRegularFileSync } from '../lib/read-regular.ts';
import { networkFileOf } from '../net/join.ts';
import { readNetwork } from '../node/read-network.ts';
import type { Candidate } from './candidates.ts';
import { entryOf } from './entry.ts';
import type { KnownNetworks } from './known-networks.ts';

const MAX_BYTES = 65_536;

/**
 * The network that an earlier version stored in `settings.json`, at the first start of this version; null if there is
 * none. From then on `networks.json` has the choice.
 * @throws {KithError} `network-…`, `datadir-unusable`
 */
export function firstCandidate(root: string, known: KnownNetworks): Candidate | null {
  if (!known.isNew()) return null;
  const text = readEarlierChoice(root);
  if (text === null) return null;
  // Written first: a network that cannot be used must not fail at every later start.
  known.begin();
  const network = readNetwork('node', text);
  if (network.founded) known.keepFile(network.idHex, networkFileOf(network));
  const candidate = { network, link: null };
  const entry = entryOf(candidate, undefined, systemClock.now());
  known.opened(hasData(root) ? { ...entry, datadir: '.' } : entry);
  return candidate;
}

/** Earlier versions put the chain of the only network directly into the folder that `--datadir` names. */
function hasData(root: string): boolean {
  return existsSync(join(root, 'chain')) || existsSync(join(root, 'wallets'));
}

/** A built-in name or the absolute path of a network file; null if there is none or it cannot be read. */
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
