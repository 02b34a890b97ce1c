import type { Hash } from '../core/crypto/hash.ts';
import { toHex } from '../core/codec/hex.ts';
import type { IndexedChain } from './chain-line.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { HeaderIndex } from './header-index.ts';

/**
 * Ids from a block down to genesis: the first ones consecutive, then at doubling distances. About 10 + log2(height)
 * ids.
 */
export function locatorFrom(from: OwnedEntry, line: IndexedChain<OwnedEntry>, index: HeaderIndex): Hash[] {
  const ids: Hash[] = [];
  let step = 1;
  for (let at: OwnedEntry = from; ;) {
    ids.push(index.idBytes(at));
    if (at.height === 0) return ids;
    if (ids.length >= 10) step *= 2;
    at = ancestorAt(at, Math.max(0, at.height - step), line);
  }
}

/** Up to `max` headers after the first id of the locator that is on the active chain. */
export function headersAfter(
  locator: readonly Hash[],
  max: number,
  line: IndexedChain<OwnedEntry>,
  index: HeaderIndex,
): Uint8Array[] {
  let start = 0;
  for (const id of locator) {
    const entry = index.get(toHex(id));
    if (!entry || !line.has(entry)) continue;
    start = entry.height;
    break;
  }
  const headers: Uint8Array[] = [];
  for (let height = start + 1; headers.length < max; height++) {
    const entry = line.at(height);
    if (!entry) break;
    headers.push(index.headerBytes(entry));
  }
  return headers;
}

function ancestorAt(entry: OwnedEntry, height: number, line: IndexedChain<OwnedEntry>): OwnedEntry {
  let at = entry;
  while (at.height > height) {
    if (line.has(at)) return line.at(height)!;
    at = at.prev!;
  }
  return at;
}
