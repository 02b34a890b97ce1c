import type { Motes } from '../../../shared/units.ts';
import type { OutpointKey } from '../../core/primitives/outpoint.ts';

/** A coin that may be spent. A `required` coin is spent regardless of its amount. */
export interface Candidate {
  readonly key: OutpointKey;
  /** Index among the outputs of its transaction. It determines how many bytes the input takes. */
  readonly index: number;
  readonly amount: Motes;
  readonly required?: boolean;
  /**
   * Whom the coin came from, if the wallet knows. A payment that spends coins of several origins reveals publicly
   * that they belong to one wallet.
   */
  readonly origin?: string | undefined;
}
