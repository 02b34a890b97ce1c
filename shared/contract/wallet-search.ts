/** How far a wallet has searched the chain for its payments. */
import { oc } from '@orpc/contract';
import * as z from 'zod';
import { count, done, height, named, unixSeconds, walletName } from './fields.ts';
import { GAP, SEARCH_KINDS, SEARCH_STATES } from './vocabulary.ts';

/** Gap limit: unused addresses in a row that a restore searches. */
export const gap = z
  .int('the gap must be a whole number of addresses')
  .min(GAP.usual, `the gap is at least ${GAP.usual} addresses`)
  .max(GAP.most, `the gap is at most ${GAP.most} addresses`);

/**
 * Addition: the last search of the chain by a wallet. Every payment to its addresses in the blocks from `fromHeight` to
 * `certainTo` is in the wallet, except for what `unsearched` and `incompleteSince` say.
 */
export const walletSearch = z.object({
  kind: z.enum(SEARCH_KINDS),
  state: z.enum(SEARCH_STATES),
  fromHeight: height,
  /** The last block of the search; while it runs, the tip. */
  toHeight: height,
  /** Null before the first block was read. */
  certainTo: height.nullable(),
  blocksRead: count,
  blocksTotal: count,
  /** The first block in which the search found a payment that the wallet lacked; null for none. */
  lackedFrom: height.nullable(),
  /**
   * Blocks that the wallet did not read, because they or later ones are not stored here; null for none. When the search is
   * done, coins from them that are unspent are in the wallet; payments that were spent again are not.
   */
  unsearched: z.object({ fromHeight: height, toHeight: height }).nullable(),
  /** The wallet knew too few addresses above this height, and must be unlocked to search further; null for none. */
  incompleteSince: height.nullable(),
  /**
   * Blocks up to the tip that the wallet has not read, as after an unlock that found more addresses. Its balance is complete
   * when there are none.
   */
  unreadBlocks: count,
  /** How many addresses of each kind the wallet looks for. */
  receiveAddresses: count,
  changeAddresses: count,
  /** Unused addresses in a row after which it stops looking. */
  gap: count,
  /** Null for a wallet that was created here, and for one whose restore did not keep what it read. */
  startedAt: unixSeconds.nullable(),
  endedAt: unixSeconds.nullable(),
});

export const walletSearchContract = {
  /**
   * Searches the chain again from a height on, or from a day before the time `since`. It compares the stored blocks with
   * the payments of the wallet, which stay as they are. At the first block with a payment that the wallet lacks, the
   * wallet reads the chain from there. With a larger `gap` than before it finds payments to addresses that another
   * program used beyond the default gap; the wallet must be unlocked for that. A restart of the node continues. Fails while
   * the wallet reads blocks after a payment that it lacked.
   */
  rescan: oc
    .input(
      z
        .strictObject({
          name: walletName,
          fromHeight: height.optional(),
          /** Addition. */
          since: unixSeconds.optional(),
          gap: gap.optional(),
        })
        .refine(({ fromHeight, since }) => fromHeight === undefined || since === undefined, {
          error: 'give either fromHeight or since',
        }),
    )
    .output(done),
  /**
   * Addition: ends a search. What it compared so far stays certain, and what it found stays in the wallet. Fails while the
   * wallet reads blocks after a payment that it lacked, because its balance would stay wrong.
   */
  cancelRescan: oc.input(named).output(done),
  /** Addition: the last search; immediately, also while it runs. */
  search: oc.input(named).output(walletSearch),
};

export type WalletSearch = Readonly<z.infer<typeof walletSearch>>;
