import type { Height } from '../../shared/units.ts';

/** A block of the chain, by height and id. */
export interface Mark {
  readonly height: Height;
  /** Hex. */
  readonly id: string;
}
