import { describe, expect, test, vi } from 'vitest';
import type { Carrier } from '../../../../renderer/state/carrier.ts';
import { createConnection } from '../../../../renderer/state/connection.svelte.ts';
import { problemOf } from '../../../../renderer/state/problem.ts';

/** A carrier that answers every call with the name of the procedure, until it is cut. */
function aCarrier(name: string): Carrier & { cut(): void } {
  const gone = Promise.withResolvers<null>();
  return {
    link: { call: (path) => Promise.resolve(`${name}: ${path.join('.')}`) },
    closed: gone.promise,
    close: vi.fn(),
    cut: () => gone.resolve(null),
  };
}

const ask = (connection: ReturnType<typeof createConnection>): Promise<unknown> =>
  connection.client.chain.tip({});

describe('the connection to the node', () => {
  test('calls fail immediately without a carrier, and succeed with one', async () => {
    const first = Promise.withResolvers<Carrier>();
    const connection = createConnection(() => first.promise);
    await expect(ask(connection).catch(problemOf)).resolves.toMatchObject({ code: 'NOT_CONNECTED' });
    first.resolve(aCarrier('a'));
    await connection.whenOpen(new AbortController().signal);
    expect(connection.state).toBe('open');
    expect(await ask(connection)).toBe('a: chain.tip');
  });

  test('a lost carrier is replaced by another, and the same client continues', async () => {
    const [a, b] = [aCarrier('a'), aCarrier('b')];
    const open = vi.fn<() => Promise<Carrier>>().mockResolvedValueOnce(a).mockResolvedValueOnce(b);
    const connection = createConnection(open);
    await expect.poll(() => ask(connection)).toBe('a: chain.tip');
    a.cut();
    await expect.poll(() => connection.state).toBe('no-answer');
    expect(a.close).toHaveBeenCalled();
    await expect(ask(connection)).rejects.toThrow('does not respond');
    await expect.poll(() => ask(connection)).toBe('b: chain.tip');
    expect(connection.generation).toBe(2);
  });

  test('reports why there is no connection, and tries again on request', async () => {
    const open = vi
      .fn<() => Promise<Carrier | 'refused'>>()
      .mockResolvedValueOnce('refused')
      .mockResolvedValueOnce('refused')
      .mockResolvedValue(aCarrier('a'));
    const connection = createConnection(open);
    await expect.poll(() => connection.state).toBe('refused');
    expect(connection.everOpen).toBe(false);
    for (let i = 0; i < 2; i += 1) {
      connection.retry();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await expect.poll(() => connection.everOpen).toBe(true);
  });
});
