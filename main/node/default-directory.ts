import { join } from 'node:path';
import type { Network } from '../core/params/network.ts';
import { usedRoot } from '../lib/data-place.ts';
import { defaultDataRoot } from '../lib/datadir.ts';

/**
 * The default data directory of a network. The creator of a network may choose any name, even a path or the name of a
 * built-in network, so the folder of a created network also has its id.
 */
export function defaultDirectory(network: Network): string {
  return join(usedRoot(defaultDataRoot()), directoryName(network));
}

/** The name of that directory. */
export function directoryName({ name, idHex, founded }: Network): string {
  if (!founded) return name;
  const readable = name
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 32)
    .toLowerCase();
  return [readable, idHex.slice(0, 8)].filter((part) => part !== '').join('-');
}
