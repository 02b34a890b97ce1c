import { ORPCError, type ClientLink } from '@orpc/client';
import type { Context } from './carrier.ts';

/**
 * What only reads, and contains no secret: without a node the last answer is better than none, because the page says above
 * every screen that it is old. Everything else fails without a node. The newest blocks are kept in `chain.svelte.ts`.
 */
const KEPT: ReadonlySet<string> = new Set([
  'chain.block',
  'chain.header',
  'chain.next',
  'chain.stats',
  'chain.transaction',
  'chain.upgrades',
  'contacts.list',
  'mempool.feerates',
  'mempool.list',
  'mempool.projection',
  'metrics.range',
  'network.activity',
  'network.arrivals',
  'network.countryData',
  'network.info',
  'network.knownAddresses',
  'network.reachability',
  'networks.list',
  'networks.share',
  'node.about',
  'node.joinLink',
  'node.log',
  'peers.bans',
  'peers.journal',
  'wallet.address',
  'wallet.addresses',
  'wallet.balanceOverTime',
  'wallet.coins',
  'wallet.deleted',
  'wallet.history',
  'wallet.owners',
  'wallet.propagation',
  'wallet.requests',
  'wallet.settings',
]);

/** An answer of these may have hundreds of kilobytes. */
const LARGE: ReadonlySet<string> = new Set([
  'chain.block',
  'chain.transaction',
  'mempool.list',
  'network.arrivals',
  'network.knownAddresses',
  'node.log',
  'wallet.history',
]);
/** Answers kept for each procedure. */
const MOST_LARGE = 4;
const MOST_SMALL = 32;

/** The same link, which repeats the last answer to the same question while the node cannot be reached. */
export function withLastAnswers(link: ClientLink<Context>): ClientLink<Context> {
  const answers = new Map<string, Map<string, unknown>>();
  return {
    async call(path, input, options) {
      const procedure = path.join('.');
      if (!KEPT.has(procedure)) {
        // A call that may change a wallet may give its address away.
        if (path[0] === 'wallet') answers.delete('wallet.address');
        return link.call(path, input, options);
      }
      const question = JSON.stringify(input) ?? '';
      const known = answers.get(procedure) ?? new Map<string, unknown>();
      answers.set(procedure, known);
      try {
        const answer = await link.call(path, input, options);
        // The newest is last.
        known.delete(question);
        known.set(question, answer);
        if (known.size > (LARGE.has(procedure) ? MOST_LARGE : MOST_SMALL))
          known.delete(known.keys().next().value!);
        return answer;
      } catch (error) {
        if (options.signal?.aborted === true || !isUnreachable(error) || !known.has(question)) throw error;
        return known.get(question);
      }
    },
  };
}

/** A lost connection ends a call with an error that the node did not send. */
function isUnreachable(error: unknown): boolean {
  return !(error instanceof ORPCError) || error.code === 'NOT_CONNECTED';
}
