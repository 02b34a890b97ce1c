import { decodeUndo, type UndoRecord } from '../core/ledger/undo-record.ts';
import { decodeUndo1 } from '../core/ledger/undo-record-1.ts';
import type { BlockStore } from './block-store.ts';
import type { OwnedEntry } from './header-entry.ts';

/**
 * The undo record of a block; null when it is pruned, lost or corrupt. Only a record of the first format needs the body.
 */
export async function readUndo(
  bodies: Pick<BlockStore, 'read' | 'undo'>,
  { id, body, undo }: Pick<OwnedEntry, 'id' | 'body' | 'undo'>,
): Promise<UndoRecord | null> {
  const bytes = undo && (await bodies.undo.read(undo));
  if (!undo || !bytes) return null;
  if (undo.format === 2) return decodeUndo(bytes);
  const block = body && (await bodies.read(id, body));
  return block && decodeUndo1(block, bytes);
}
