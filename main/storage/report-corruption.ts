import type { ChainDb } from './chain-db.ts';
import { CorruptError } from './corrupt-error.ts';

/**
 * Wraps a database so that every {@link CorruptError} of one of its calls also goes to `onCorruption`, in a separate
 * microtask. Any read can find corrupt bytes, for example a query of the API. The chain must learn of it as well as the
 * caller, because only a rebuild repairs the database.
 */
export function reportCorruption(db: ChainDb, onCorruption: (damage: CorruptError) => void): ChainDb {
  const note = (error: unknown): void => {
    if (error instanceof CorruptError) queueMicrotask(() => onCorruption(error));
  };
  return watched(db, note);
}

type Note = (error: unknown) => void;

/**
 * Wraps the functions of an object: what they throw, reject with, or fail an iteration with also goes to `note`. Each
 * function is wrapped once. A Proxy would cost about 50 ns a call, and the lookup of a coin takes 3 µs.
 */
function watched<T extends object>(target: T, note: Note): T {
  const functions = Object.entries(target as Record<string, Call>).map(([name, call]) => [
    name,
    watchedCall(call, note),
  ]);
  return Object.fromEntries(functions) as T;
}

type Call = (...args: unknown[]) => unknown;

function watchedCall(call: Call, note: Note): Call {
  return (...args) => {
    try {
      return watchedResult(call(...args), note);
    } catch (error) {
      note(error);
      throw error;
    }
  };
}

function watchedResult(result: unknown, note: Note): unknown {
  if (result instanceof Promise) {
    result.catch(note);
    return result;
  }
  if (typeof result !== 'object' || result === null) return result;
  // The iterator of a generator, and the result of `freeze`.
  return Symbol.asyncIterator in result || 'batches' in result ? watchedSource(result, note) : result;
}

function watchedSource(source: object, note: Note): object {
  if (!(Symbol.asyncIterator in source)) return watched(source, note);
  const iterable = source as AsyncIterable<unknown>;
  return (async function* () {
    try {
      yield* iterable;
    } catch (error) {
      note(error);
      throw error;
    }
  })();
}
