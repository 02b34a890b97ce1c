import type { NetworkInfo } from '../../shared/contract/network.ts';

/** The subsidy in motes of the block after `height`, without fees (protocol.md §12). */
export function nextReward(network: Pick<NetworkInfo, 'subsidy' | 'halving'>, height: number): number {
  const era = Math.floor((height + 1) / network.halving);
  // `>>` cannot be used: it shifts by the era modulo 32.
  return Math.floor(network.subsidy / 2 ** era);
}

/** How much of the computer mining may use. */
export interface MiningLoad {
  readonly threads: number;
  /** Share of the time of each thread, above 0 up to 1. */
  readonly share: number;
}

export const MINING_PRESETS = ['quiet', 'half', 'all'] as const;
export type MiningPreset = (typeof MINING_PRESETS)[number];

/** The load of a preset on a computer with this many cores. */
export function presetLoad(preset: MiningPreset, cores: number): MiningLoad {
  if (preset === 'quiet') return { threads: 1, share: 0.5 };
  return { threads: preset === 'half' ? Math.max(1, Math.floor(cores / 2)) : cores, share: 1 };
}

/** The preset that has this load; null if none has. */
export function presetOf({ threads, share }: MiningLoad, cores: number): MiningPreset | null {
  const found = MINING_PRESETS.find((preset) => {
    const load = presetLoad(preset, cores);
    return load.threads === threads && load.share === share;
  });
  return found ?? null;
}

/** What is known about mining on this computer and on the network. */
export interface MiningOutlook {
  /** Hashes per second of this computer. */
  readonly rate: number;
  /** Hashes of the next block on average. */
  readonly hashesPerBlock: number;
  /** Seconds between blocks that the network aims at. */
  readonly spacing: number;
}

const DAY = 86_400;

/** Blocks that this computer finds in a day on average. Beyond all blocks of the network no estimate makes sense: null. */
export function blocksPerDay({ rate, hashesPerBlock, spacing }: MiningOutlook): number | null {
  if (rate <= 0 || rate * spacing >= hashesPerBlock) return null;
  return (rate * DAY) / hashesPerBlock;
}

/** The hash rate of the whole network, from the difficulty. */
export const networkRate = ({ hashesPerBlock, spacing }: Omit<MiningOutlook, 'rate'>): number =>
  hashesPerBlock / spacing;

/** The kilowatt hours of a day at this power in watts. */
export const energyPerDay = (watts: number): number => (watts * 24) / 1000;

/** A typed figure above zero, with either decimal mark; null for anything else. */
export function typedFigure(text: string): number | null {
  const clean = text.trim().replace(',', '.');
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(clean)) return null;
  const value = Number(clean);
  return value > 0 ? value : null;
}
