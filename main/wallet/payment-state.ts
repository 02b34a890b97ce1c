import type { Height } from '../../shared/units.ts';
import type { OutpointKey } from '../core/primitives/outpoint.ts';
import { outpointKey } from '../core/primitives/outpoint.ts';
import { toHex } from '../core/codec/hex.ts';
import type { Book } from './wallet-ledger.ts';
import type { UnminedRecord } from './wallet-records.ts';

/**
 * Where a transaction in no block stands. `live`: the next block may take it. `expired`: it wasn't mined in time and
 * its coins are free, but a reorganisation could still mine it; `dead`: not even that.
 */
export type Standing = 'live' | 'expired' | 'dead' | 'conflicted' | 'replaced';

/** Blocks after which an expired payment is beyond any reorganisation (protocol.md §18). */
export const DEAD_AFTER = 100;

const cache = new WeakMap<
  Book,
  { revision: number; height: Height; result: ReadonlyMap<string, Standing> }
>();

/** The standing of every transaction that no block has. A child stands no better than its parents. */
export function standings(book: Book): ReadonlyMap<string, Standing> {
  const { revision } = book;
  const { height } = book.asOf;
  const last = cache.get(book);
  if (last?.revision === revision && last.height === height) return last.result;
  const result = new Map<string, Standing>();
  for (const record of parentsFirst(book)) {
    const inherited = parentsOf(record, book).map((parent) => result.get(parent.tx.txidHex));
    const worst = inherited.find((standing) => standing !== 'live');
    result.set(record.tx.txidHex, ownStanding(record, height) ?? worst ?? 'live');
  }
  cache.set(book, { revision, height, result });
  return result;
}

/** Records in no block, each behind those whose outputs it spends. Without recursion: lines can be long. */
export function parentsFirst(book: Book): Iterable<UnminedRecord> {
  const ordered = new Set<UnminedRecord>();
  for (const record of book.unmined.values()) {
    const stack = [record];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const waiting = ordered.has(top) ? [] : parentsOf(top, book).filter((parent) => !ordered.has(parent));
      if (waiting.length > 0) stack.push(...waiting);
      else ordered.add(stack.pop()!);
    }
  }
  return ordered;
}

/** The records in no block that this one spends from. */
export function parentsOf(record: UnminedRecord, book: Book): UnminedRecord[] {
  return record.tx.inputs.flatMap(({ txid }) => book.unmined.get(toHex(txid)) ?? []);
}

function ownStanding(record: UnminedRecord, tip: Height): Standing | undefined {
  if (record.conflict !== null) return 'conflicted';
  if (record.replaced) return 'replaced';
  const { expires } = record.tx;
  if (expires === 0 || tip < expires) return undefined;
  return tip < expires + DEAD_AFTER ? 'expired' : 'dead';
}

/** The coins that live transactions spend, ours or not: nobody may spend them a second time. */
export function spentByLive(book: Book, standing: ReadonlyMap<string, Standing>): Set<OutpointKey> {
  const spent = new Set<OutpointKey>();
  for (const [txid, record] of book.unmined) {
    if (standing.get(txid) !== 'live') continue;
    for (const input of record.tx.inputs) spent.add(outpointKey(input));
  }
  return spent;
}
