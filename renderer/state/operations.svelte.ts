import type { Operation } from '../../shared/contract/operations.ts';
import { operationKey } from '../format/operation.ts';
import type { Connection } from './connection.svelte.ts';
import { follow } from './follow.ts';

/** What takes a while or can't be undone, live: what this page asked for before it was reloaded, and what others ask for. */
export interface OperationsState {
  readonly list: readonly Operation[];
  /** Keys of those that need not be told: their outcome came to this page as an answer, or was put away. */
  readonly seen: readonly string[];
  dismiss(operation: Operation): void;
}

/** What was put away survives a reload, as the operations do. */
const KEY = 'kith.seen';
const MOST = 100;

export function createOperationsState(connection: Connection): OperationsState {
  let list = $state.raw<readonly Operation[]>([]);
  let answered = $state.raw<readonly string[]>([]);
  let dismissed = $state.raw<readonly string[]>(readDismissed());

  follow(
    connection,
    (signal) => connection.client.operations.watch({}, { signal }),
    (operations) => {
      // Over the connection that asked, the answer comes as well; after a lost connection that is not sure any more.
      const over = operations.filter(({ own, state }) => own && state !== 'running');
      const known = answered;
      const fresh = over.map(operationKey).filter((key) => !known.includes(key));
      answered = [...known, ...fresh].slice(-MOST);
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
      dismissed = [...dismissed, operationKey(operation)].slice(-MOST);
      try {
        sessionStorage.setItem(KEY, JSON.stringify(dismissed));
      } catch {
        // A storage that is full or forbidden only forgets: it is told once more after a reload.
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
