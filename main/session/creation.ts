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
  let busy = false;
  return {
    async *create({ name, spacing, port }, signal) {
      if (busy) throw new KithError('networks-busy');
      busy = true;
      const life = new AbortController();
      const cancel = (): void => life.abort();
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted) cancel();
      let progress = { tried: 0, expected: 0 };
      let news = Promise.withResolvers<null>();
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
        busy = false;
      }
    },
  };
}
