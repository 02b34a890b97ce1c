import { type MiningLoad, presetLoad } from '../format/mining.ts';
import { useApp } from './app.svelte.ts';
import { remember, remembered } from './memory.ts';

/** How much of this computer mines, or would. */
export interface MiningLoadState {
  readonly cores: number;
  /** While mining runs, what the node reports. */
  load: MiningLoad;
  /** The hash rate at this load, from the last time that this computer mined; null if it never did. */
  readonly rate: number | null;
}

/** The hash rate is a mean of ten seconds, so it counts after these. */
const SETTLED_SECONDS = 12;

export function createMiningLoad(): MiningLoadState {
  const { mining } = useApp();
  const cores = Math.max(1, navigator.hardwareConcurrency);
  let wished = $state.raw(rememberedLoad(cores));
  let perThread = $state(positive(remembered('mining.rate')));
  // Two numbers, so that a status each second with the same load moves no slider under the hand of the user.
  const threads = $derived(mining.status?.running ? mining.status.threads : wished.threads);
  const share = $derived(mining.status?.running ? mining.status.share : wished.share);
  const load = $derived({ threads, share });

  $effect(() => {
    const { status, rates } = mining;
    const recent = rates.slice(-SETTLED_SECONDS);
    if (!status?.running || recent.length < SETTLED_SECONDS || recent.some((rate) => rate <= 0)) return;
    const measured = status.hashesPerSecond / (status.threads * status.share);
    // Small changes are not worth a write every second.
    if (perThread !== null && Math.abs(measured / perThread - 1) < 0.05) return;
    perThread = measured;
    remember('mining.rate', String(measured));
  });

  return {
    cores,
    get load() {
      return load;
    },
    set load(next) {
      wished = next;
      remember('mining.threads', String(next.threads));
      remember('mining.share', String(next.share));
    },
    get rate() {
      return perThread === null ? null : perThread * load.threads * load.share;
    },
  };
}

function positive(text: string | null): number | null {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** By default half of the cores stay free for other programs. */
function rememberedLoad(cores: number): MiningLoad {
  const threads = positive(remembered('mining.threads'));
  const share = positive(remembered('mining.share')) ?? 1;
  if (threads === null || !Number.isInteger(threads) || threads > cores || share > 1 || share < 0.1)
    return presetLoad('half', cores);
  return { threads, share };
}
