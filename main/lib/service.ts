/** Start and stop of services: the first to start is the last to stop. */

/** A part of the node that lives between start and stop. */
export interface Service {
  readonly name: string;
  /** Resolves when the service is ready. `signal` aborts when the whole node is to stop while it starts. */
  start(signal: AbortSignal): Promise<void> | void;
  /** Releases the resources of `start`. Called once at most, and only after `start` resolved. */
  stop(): Promise<void> | void;
}

/** Stops all services, last first. A second call waits for the first. Rejects at the end with all failures. */
export type Stop = () => Promise<void>;

/**
 * Starts the services in order. When one fails or the signal aborts, those that run are stopped, last first, and the
 * failure is thrown.
 */
export async function runAll(services: readonly Service[], signal: AbortSignal): Promise<Stop> {
  const running: Service[] = [];
  try {
    for (const service of services) {
      signal.throwIfAborted();
      await service.start(signal);
      running.push(service);
    }
    signal.throwIfAborted();
  } catch (error) {
    const failures = await stopAll(running);
    if (failures.length > 0)
      throw new AggregateError([error, ...failures], 'starting failed, and so did undoing it', {
        cause: error,
      });
    throw error;
  }

  let stopping: Promise<void> | undefined;
  return () => (stopping ??= stopAll(running).then(throwAny));
}

async function stopAll(running: Service[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (let service = running.pop(); service !== undefined; service = running.pop()) {
    // A service that fails to stop must not prevent the other services from saving their state.
    try {
      await service.stop();
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}

function throwAny(failures: unknown[]): void {
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'several services failed to stop');
}
