import { Cursor } from './level-cursor.ts';

/** The live files of a LevelDB, as its manifest names them. */
export interface Version {
  /** The size of each live table by its number. */
  readonly tables: ReadonlyMap<number, number>;
  /** Number of the oldest log that is still needed. */
  readonly logNumber: number;
}

// Tags of a version edit (db/version_edit.cc of LevelDB 1.20).
const COMPARATOR = 1;
const LOG_NUMBER = 2;
const NEXT_FILE = 3;
const LAST_SEQUENCE = 4;
const COMPACT_POINTER = 5;
const DELETED_FILE = 6;
const NEW_FILE = 7;
const PREVIOUS_LOG = 9;

/** Applies the edits of a manifest in order; null when one of them is invalid. */
export function readVersion(edits: readonly Uint8Array[]): Version | null {
  const tables = new Map<number, number>();
  let logNumber = 0;
  for (const edit of edits) {
    const cursor = new Cursor(edit);
    while (!cursor.done) {
      switch (cursor.varint()) {
        case COMPARATOR:
          cursor.skipSlice();
          break;
        case LOG_NUMBER:
          logNumber = cursor.varint();
          break;
        case NEXT_FILE:
        case LAST_SEQUENCE:
        case PREVIOUS_LOG:
          cursor.varint();
          break;
        case COMPACT_POINTER:
          cursor.varint();
          cursor.skipSlice();
          break;
        case DELETED_FILE:
          cursor.varint();
          tables.delete(cursor.varint());
          break;
        case NEW_FILE: {
          cursor.varint();
          const number = cursor.varint();
          tables.set(number, cursor.varint());
          cursor.skipSlice();
          cursor.skipSlice();
          break;
        }
        default:
          return null;
      }
    }
    if (cursor.failed) return null;
  }
  return { tables, logNumber };
}
