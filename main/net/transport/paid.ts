import type { Connection, Stream } from '@libp2p/interface';
import type { Budgets } from '../budgets/budgets.ts';
import type { RequestName } from '../budgets/costs.ts';
import { type Accept, withHandler } from './with-handler.ts';

type Paying = Pick<Budgets, 'of'>;

/** Passes streams to `accept` when the budget of their connection allows a request of this kind. */
export function payFirst(
  accept: Accept,
  budgets: Paying,
  request: RequestName,
): (stream: Stream, connection: Connection) => Promise<void> {
  return async (stream, connection) => {
    try {
      await budgets.of(connection).spend(request, 0);
    } catch (error) {
      return stream.abort(error as Error);
    }
    await accept(stream, connection);
  };
}

/** Wraps the components of a libp2p service, so that the streams that it serves wait for their budget first. */
export function paid<Components extends object>(
  components: Components,
  budgets: Paying,
  request: RequestName,
): Components {
  return withHandler(components, (stream, connection, own) =>
    payFirst(own, budgets, request)(stream, connection),
  );
}
