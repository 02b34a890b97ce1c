import type { Height } from '../../../shared/units.ts';

/**
 * Tells peers which bodies this node still serves while pruning removes old ones: the handshake only contains the
 * state at its time.
 */
export interface ServicesAnnouncer {
  /** Checks whether there is a change to announce; called about every two seconds (monitoring.ts). */
  look(): void;
}

/** Smaller changes are not announced: a peer that requests one of these bodies gets the answer `absent`. */
const STEP = 16;

/** `servesFrom`: the lowest height whose body is stored, 0 for an archive. */
export function createServicesAnnouncer(deps: {
  readonly servesFrom: () => Height;
  readonly tell: (from: Height) => void;
}): ServicesAnnouncer {
  // No hello has contained a lower height than this.
  let told = deps.servesFrom();

  return {
    look() {
      const from = deps.servesFrom();
      const isWorth = from === 0 ? told !== 0 : told === 0 || Math.abs(from - told) >= STEP;
      if (!isWorth) return;
      told = from;
      deps.tell(from);
    },
  };
}
