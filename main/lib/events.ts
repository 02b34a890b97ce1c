/** A typed emitter: calls go down, events go up. Listeners run synchronously, in the order in which they came. */

export interface Events<Map extends object> {
  /** Returns what takes the listener off again. */
  on<Name extends keyof Map>(event: Name, listener: (value: Map[Name]) => void): () => void;
}

export interface Emitter<Map extends object> extends Events<Map> {
  emit<Name extends keyof Map>(event: Name, value: Map[Name]): void;
  /** How many listen to this event now; for tests of leaks. */
  count(event: keyof Map): number;
}

/**
 * Nothing that a listener throws or rejects with reaches the emitter or the other listeners; it goes to `onError`,
 * which is where it gets logged.
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
      // A fresh function, so that the same listener added twice is taken off once at a time.
      const entry = (value: never) => listener(value);
      set.add(entry);
      return () => void set.delete(entry);
    },
    emit(event, value) {
      // A copy, because listeners may come and go while they are called.
      for (const listener of [...(listeners.get(event) ?? [])]) call(event, listener, value);
    },
    count: (event) => listeners.get(event)?.size ?? 0,
  };
}
