import { join } from 'node:path';
import type { Network } from '../core/params/network.ts';
import { defaultDataRoot } from '../lib/datadir.ts';

/**
 * Where a network's data goes unless told. A founder may have chosen any name, even a path or one of ours, so those
 * networks go by their id as well.
 */
export function defaultDirectory({ name, idHex, founded }: Network): string {
  if (!founded) return join(defaultDataRoot(), name);
  const readable = name
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 32)
    .toLowerCase();
  return join(defaultDataRoot(), [readable, idHex.slice(0, 8)].filter((part) => part !== '').join('-'));
}
