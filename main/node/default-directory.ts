import { join } from 'node:path';
import type { Network } from '../core/params/network.ts';
import { defaultDataRoot } from '../lib/datadir.ts';
import { findRoot } from '../lib/moved-root.ts';

/**
 * The default data directory of a network. The creator of a network may choose any name, even a path or the name of a
 * built-in network, so the folder of a created network also has its id.
 * @throws {KithError} `datadir-unknown`, `data-place-…`
 */
export async function defaultDirectory(network: Network): Promise<string> {
  return join(await findRoot(defaultDataRoot()), directoryName(network));
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
