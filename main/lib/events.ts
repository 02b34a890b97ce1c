/** A typed emitter. Listeners run synchronously, in the order in which they were added. */

export interface Events<Map extends object> {
  /** Returns a function that removes the listener. */
  on<Name extends keyof Map>(event: Name, listener: (value: Map[Name]) => void): () => void;
}

export interface Emitter<Map extends object> extends Events<Map> {
  emit<Name extends keyof Map>(event: Name, value: Map[Name]): void;
  /** Number of listeners of an event; for tests of leaks. */
  count(event: keyof Map): number;
}

/**
 * If a listener throws or rejects, the error goes to `onError`, which logs it. It never reaches the emitter or other
 * listeners.
 */
export function createEmitter<Map extends object>(
  onError: (error: unknown, event: keyof Map) => void,
): Emitter<Map> {
  const listeners = new globalThis.Map<keyof Map, Set<(value: never) => unknown>>();

  const call = (event: keyof Map, listener: (value: never) => unknown, value: unknown) => {
    try {
      const result = listener(value as never);
      if (result instanceof Promise) result.catch((error: unknown) => onError(error, event));
    } catch (error) {
      onError(error, event);
    }
  };

  return {
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      // A new function each time: if a listener was added twice, each removal removes it once.
      const entry = (value: never) => listener(value);
      set.add(entry);
      return () => void set.delete(entry);
    },
    emit(event, value) {
      // A copy, because listeners may be added and removed during the calls.
      for (const listener of [...(listeners.get(event) ?? [])]) call(event, listener, value);
    },
    count: (event) => listeners.get(event)?.size ?? 0,
  };
}
