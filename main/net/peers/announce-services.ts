import type { Height } from '../../../shared/units.ts';

/** Announces to peers which bodies this node still serves, because pruning removes old ones after the handshake. */
export interface ServicesAnnouncer {
  /** Announces a change if there is one. Called about every two seconds (monitoring.ts). */
  check(): void;
}

/** Changes of fewer blocks are not announced. A peer that requests one of these bodies gets the answer `absent`. */
const MIN_CHANGE_BLOCKS = 16;

/** `lowestServedHeight` is the lowest height from which on bodies are stored; 0 for an archive node. */
export function createServicesAnnouncer(deps: {
  readonly servesFrom: () => Height;
  readonly announce: (from: Height) => void;
}): ServicesAnnouncer {
  // Every hello so far contained at least this height.
  let announced = deps.servesFrom();

  return {
    check() {
      const from = deps.servesFrom();
      const isWorth =
        from === 0 ? announced !== 0 : announced === 0 || Math.abs(from - announced) >= MIN_CHANGE_BLOCKS;
      if (!isWorth) return;
      announced = from;
      deps.announce(from);
    },
  };
}
