import type { Height } from '../../../shared/units.ts';

/** Tells peers which bodies this node still has, as pruning goes on: what the handshake said is old after a while. */
export interface ServicesAnnouncer {
  /** Looks whether there is something to tell; call it every second or so. */
  look(): void;
}

/** Fewer blocks than this aren't worth a word; whoever asks for one of them is told that it isn't here. */
const STEP = 16;

/** `servesFrom`: the lowest height whose body is here, 0 for an archive. */
export function createServicesAnnouncer(deps: {
  readonly servesFrom: () => Height;
  readonly tell: (from: Height) => void;
}): ServicesAnnouncer {
  // Nobody has been greeted with less than this.
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
