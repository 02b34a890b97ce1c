import type { Notice } from '../../../shared/contract/fields.ts';
import type { ConsensusParams } from '../../core/consensus/params.ts';
import { bitsToTarget, workOf } from '../../core/consensus/compact.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Chain } from '../../chain/chain.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from './peer.ts';

export interface ChainHealthDeps {
  readonly chain: Pick<Chain, 'tip' | 'entry' | 'isActive' | 'events'>;
  readonly params: Pick<ConsensusParams, 'spacing' | 'retarget'>;
  readonly peers: { list(): readonly Peer[] };
  readonly clock: Clock;
  /** Whether the active chain is still on its way to a better one that is known, so that nobody relies on it. */
  isSyncing(): boolean;
  /** Whether peers have blocks that our clock, which is wrong, does not let us take. */
  awaitsClock(): boolean;
}

/** Watches whether this node is with the others: a tip that doesn't move, a split, falling behind, a deep change. */
export interface ChainHealth {
  start(): void;
  stop(): void;
  /** Looks again; call it every second or so. */
  look(): void;
  /** Full-relay connections wanted above the usual: more eyes while something looks wrong. */
  extra(): number;
  notices(): readonly Notice[];
}

/** No block for so many times the expected: one time in 20 by chance, and worth a look around. */
const STALE_SPACINGS = 3;
const EXTRA = 2;
/** A split or falling behind is told when it has lasted this many spacings, at least so long. */
const LASTING_SPACINGS = 3;
const LASTING_LEAST_MS = 30_000;
/** A branch whose end has at most this many blocks' work less than ours is one that others mine on. */
const RIVAL_BLOCKS = 6n;
/** Blocks ahead that no race explains. */
const AHEAD = 6;
/** Taken back blocks that are worth telling, and for how long. */
const DEEP = 6;
const DEEP_MS = 3_600_000;

export function createChainHealth(deps: ChainHealthDeps): ChainHealth {
  const { chain, params, peers, clock } = deps;
  const off: (() => void)[] = [];
  let movedAt = clock.ms();
  let splitSince: number | null = null;
  let behindSince: number | null = null;
  let rivals = 0;
  let ahead = 0;
  let takenBack = 0;
  // The newest block of the active chain that the user was shown as confirmed, and not on the way to other blocks.
  let relied: HeaderEntry = chain.tip();
  let deep: { readonly blocks: number; readonly at: number } | null = null;

  const lasting = Math.max(LASTING_LEAST_MS, LASTING_SPACINGS * params.spacing * 1000);
  const lasts = (since: number | null): boolean => since !== null && clock.ms() - since >= lasting;
  // Where nobody adjusts the difficulty, nobody expects a block either.
  const isStale = (): boolean =>
    params.retarget &&
    clock.ms() - movedAt > Math.max(LASTING_LEAST_MS, STALE_SPACINGS * params.spacing * 1000);

  function isRival({ tip: claim }: Peer): boolean {
    const entry = chain.entry(toHex(claim.id));
    const tip = chain.tip();
    if (entry === undefined || chain.isActive(entry)) return false;
    return entry.work + RIVAL_BLOCKS * workOf(bitsToTarget(tip.bits)) > tip.work && entry.work <= tip.work;
  }

  function rely(): void {
    if (!deps.isSyncing()) relied = chain.tip();
  }

  function onDisconnected(entry: HeaderEntry): void {
    if (entry.height > relied.height) return;
    takenBack++;
    if (entry.prev !== null) relied = entry.prev;
  }

  function median(heights: readonly number[]): number {
    return [...heights].sort((a, b) => a - b)[Math.floor(heights.length / 2)] ?? 0;
  }

  return {
    start() {
      off.push(
        chain.events.on('disconnected', ({ entry }) => onDisconnected(entry)),
        chain.events.on('tip', () => {
          movedAt = clock.ms();
          if (takenBack >= DEEP) deep = { blocks: takenBack, at: clock.ms() };
          takenBack = 0;
          rely();
        }),
      );
    },
    stop: () => off.forEach((each) => each()),
    look() {
      rely();
      const list = peers.list();
      rivals = list.filter(isRival).length;
      ahead = median(list.map(({ tip }) => tip.height)) - chain.tip().height;
      splitSince = rivals >= 2 && rivals * 3 >= list.length ? (splitSince ?? clock.ms()) : null;
      // While blocks come in, being behind is only catching up.
      behindSince = ahead > AHEAD ? Math.max(behindSince ?? clock.ms(), movedAt) : null;
    },
    extra: () => (isStale() || splitSince !== null || lasts(behindSince) ? EXTRA : 0),
    notices() {
      const found: Notice[] = [];
      if (lasts(splitSince)) {
        found.push({
          code: 'network-split',
          message: `${rivals} of the connected nodes follow another chain than this one. Payments may turn out differently there: wait before you rely on one.`,
        });
      }
      if (lasts(behindSince)) {
        const why = deps.awaitsClock()
          ? "which are ahead of this computer's clock. Set the clock, and this node takes them."
          : 'and none of them delivers those blocks. This node is looking for others; an update may be needed if it lasts.';
        found.push({ code: 'chain-behind', message: `Other nodes are ${ahead} blocks ahead, ${why}` });
      }
      if (deep !== null && clock.ms() - deep.at < DEEP_MS) {
        found.push({
          code: 'chain-reorganised',
          message: `The last ${deep.blocks} blocks were replaced by a longer chain. Look again at payments of that time.`,
        });
      }
      return found;
    },
  };
}
