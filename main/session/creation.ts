import type { CreationStep, NetworkParameters } from '../../shared/contract/networks.ts';
import { shareOf } from '../api/networks-access.ts';
import type { Network } from '../core/params/network.ts';
import { KithError } from '../lib/errors.ts';
import { bootstrapLink } from '../node/create-network.ts';

export type CreateNetwork = (
  parameters: {
    readonly name: string;
    readonly spacing: number;
    readonly defaultPort: number;
    readonly bootstrap: readonly string[];
  },
  options: {
    readonly signal: AbortSignal;
    readonly onProgress: (tried: number, expected: number) => void;
  },
) => Promise<Network>;

export interface Creations {
  create(parameters: NetworkParameters, signal: AbortSignal | undefined): AsyncGenerator<CreationStep, void>;
}

/** Creates networks one at a time, because each uses all cores. `created` is called before the last event. */
export function createCreations(create: CreateNetwork, created: (network: Network) => void): Creations {
  /** The running creation; `over` resolves when its threads have ended. */
  let running: { readonly life: AbortController; readonly over: Promise<unknown> } | null = null;
  return {
    async *create({ name, spacing, port }, signal) {
      if (running !== null && !running.life.signal.aborted) throw new KithError('networks-busy');
      const before = running?.over;
      const life = new AbortController();
      const over = Promise.withResolvers<null>();
      const mine = { life, over: over.promise };
      running = mine;
      const cancel = (): void => life.abort();
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted) cancel();
      let progress = { tried: 0, expected: 0 };
      let news = Promise.withResolvers<null>();
      // A creation that was cancelled just now still ends its threads.
      await before;
      const work = create(
        { name, spacing, defaultPort: port, bootstrap: [] },
        {
          signal: life.signal,
          onProgress(tried, expected) {
            progress = { tried, expected };
            news.resolve(null);
          },
        },
      );
      const ended = work.then(
        () => 'ended' as const,
        () => 'ended' as const,
      );
      try {
        for (;;) {
          if ((await Promise.race([ended, news.promise])) === 'ended') break;
          news = Promise.withResolvers();
          const step = progress.expected === 0 ? 'measuring' : 'mining';
          yield { step, ...progress, network: null };
        }
        const network = await work;
        created(network);
        yield { step: 'done', ...progress, network: shareOf(network, bootstrapLink(network)) };
      } finally {
        cancel();
        signal?.removeEventListener('abort', cancel);
        await ended;
        over.resolve(null);
        if (running === mine) running = null;
      }
    },
  };
}
