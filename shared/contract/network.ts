import { oc } from '@orpc/contract';
import * as z from 'zod';
import { count, height, id, nothing, total } from './fields.ts';

/** Addition: the network that this node belongs to, as data. */
export const networkInfo = z.object({
  name: z.string(),
  id,
  /** Prefix of its addresses. */
  hrp: z.string(),
  /** Seconds between blocks that the difficulty aims at. */
  spacing: count,
  /** Blocks that a mined reward must wait. */
  maturity: height,
  /** Motes of reward in the first era, and blocks in an era. */
  subsidy: total,
  halving: height,
  /** All coins that will ever be issued, in motes. */
  emission: total,
  defaultPort: count,
  /** False for the built-in main network before its launch: nobody is there to sync from. */
  launched: z.boolean(),
  /** True when somebody founded it with a network file; false for the built-in ones. */
  founded: z.boolean(),
  /** True where `mining.generate` works. */
  generates: z.boolean(),
});

export const networkContract = {
  /** Addition. */
  info: oc.input(nothing).output(networkInfo),
};

export type NetworkInfo = z.infer<typeof networkInfo>;
