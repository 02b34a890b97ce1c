import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { address, count, done, height, hex, id, nothing, notice, u32, walletName } from './fields.ts';
import { MINING_PAUSES } from './vocabulary.ts';

export const miningStatus = z.object({
  running: z.boolean(),
  threads: count,
  hashesPerSecond: z.number().min(0),
  /** Average time per block at this hash rate; null while not mining. */
  expectedSeconds: z.number().min(0).nullable(),
  /** Addition: the share of the time of each thread that is used, as `start` got it; 0 while not mining. */
  share: z.number().min(0).max(1),
  /** Addition: how many hashes the next block takes on average, over the whole network. */
  hashesPerBlock: z.number().min(1),
  /** Blocks found since the node started that became the tip of the best known chain. */
  found: count,
  /** Addition: the address for the next reward while mining; null otherwise. */
  address: z.string().nullable(),
  /** Addition: the payout wallet, if one was named. */
  wallet: z.string().nullable(),
  /** Addition: why mining is paused although it is switched on (sync, clock, a client), and what to do; null while it mines. */
  paused: notice.nullable(),
  /** Addition: why mining fails, in one sentence; null while there is no problem. */
  problem: z.string().nullable(),
});

/** Limited to the number of cores; `status` shows the actual number. */
const threads = z.int().min(1, 'mine on at least 1 thread').max(256, 'at most 256 threads');

export const miningContract = {
  /** Rewards go to the address, or to the wallet's own next addresses (it may be locked). */
  start: oc
    .input(
      z
        .strictObject({
          address: address.optional(),
          wallet: walletName.optional(),
          threads: threads.optional(),
          /**
           * Addition: the share of the time of each thread that is used. Below 1 the computer has time for other work.
           */
          share: z
            .number()
            .min(0.01, 'mine for at least 1 % of the time')
            .max(1, 'mine for at most all of the time, which is 1')
            .optional(),
        })
        .refine((value) => (value.address === undefined) !== (value.wallet === undefined), {
          error: 'give either address or wallet',
        }),
    )
    .output(done),
  stop: oc.input(nothing).output(done),
  /**
   * Addition: pauses mining, which stays switched on, or continues it (null). `user` ends with the next start; neither is
   * kept when the node restarts.
   */
  pause: oc.input(z.strictObject({ reason: z.enum(MINING_PAUSES).nullable() })).output(done),
  status: oc.input(nothing).output(miningStatus),
  /** An unmined block, for external miners and tests. */
  template: oc.input(z.strictObject({ address })).output(z.object({ hex, height, bits: u32, target: id })),
  /** On regtest and local only: mines immediately and returns the ids. */
  generate: oc
    .input(
      z.strictObject({
        address,
        blocks: z
          .int()
          .min(1, 'mine at least 1 block')
          .max(10_000, 'mine at most 10\u202f000 blocks per request'),
      }),
    )
    .output(z.object({ ids: z.array(id) })),
  /** Addition: the current state immediately, and then after changes, at most once per second. */
  watch: oc.input(nothing).output(eventIterator(miningStatus)),
};

export type MiningStatus = z.infer<typeof miningStatus>;
