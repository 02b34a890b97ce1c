import type { GrindJob } from './grind.ts';

/** To a grinder: work, or nothing to do for now. */
export type ToGrinder =
  | {
      readonly kind: 'work';
      readonly number: number;
      readonly job: GrindJob;
      readonly from: number;
      readonly step: number;
      readonly share: number;
    }
  | { readonly kind: 'rest' };

/** From a grinder. `number` says which work it belongs to. */
export type FromGrinder =
  | { readonly kind: 'tried'; readonly hashes: number }
  | { readonly kind: 'found'; readonly number: number; readonly nonce: number }
  | { readonly kind: 'exhausted'; readonly number: number };
