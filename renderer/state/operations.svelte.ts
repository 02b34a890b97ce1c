import type { Operation } from '../../shared/contract/operations.ts';
import { operationKey } from '../format/operation.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';

/**
 * Operations that take longer or cannot be undone, live: those of this page before a reload, and those of other
 * clients.
 */
export interface OperationsState {
  readonly list: readonly Operation[];
  /** Keys of operations that are not shown: the user dismissed them, or this page got their outcome as the response. */
  readonly seen: readonly string[];
  dismiss(operation: Operation): void;
}

/** Dismissed operations stay dismissed after a reload, because the operations stay listed. */
const KEY = 'kith.seen';
const MAX_DISMISSED = 100;

export function createOperationsState(connection: Connection): OperationsState {
  let list = $state.raw<readonly Operation[]>([]);
  let answered = $state.raw<readonly string[]>([]);
  let dismissed = $state.raw<readonly string[]>(readDismissed());

  follow(
    connection,
    (signal) => connection.client.operations.watch({}, { signal }),
    (operations) => {
      // The connection that sent the request (`own`) also gets the result as the response, so the page does not report
      // the end of the operation again. After a lost connection there may be no response; then `own` is false.
      const over = operations.filter(({ own, state }) => own && state !== 'running');
      const known = answered;
      const fresh = over.map(operationKey).filter((key) => !known.includes(key));
      answered = [...known, ...fresh].slice(-MAX_DISMISSED);
      list = operations;
    },
  );

  return {
    get list() {
      return list;
    },
    get seen() {
      return [...answered, ...dismissed];
    },
    dismiss(operation) {
      dismissed = [...dismissed, operationKey(operation)].slice(-MAX_DISMISSED);
      try {
        sessionStorage.setItem(KEY, JSON.stringify(dismissed));
      } catch {
        // If the storage is full or forbidden, the operation is shown again after a reload.
      }
    },
  };
}

function readDismissed(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
