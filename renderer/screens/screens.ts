import type { Component } from 'svelte';
import type { Place } from '../state/page/route.ts';

/** What a screen about one thing gets: the block, payment or link that its address names. */
export interface ScreenProps {
  about: string | null;
}

/** Screens about one thing. Every screen but home is fetched when it is first opened: the window is there at once. */
export const aboutScreens = {
  send: () => import('./Send.svelte'),
  payment: () => import('./Payment.svelte'),
  block: () => import('./Block.svelte'),
  transaction: () => import('./Transaction.svelte'),
} satisfies Partial<Record<Place, () => Promise<{ default: Component<ScreenProps> }>>>;

/** The others. */
export const screens: Record<
  Exclude<Place, 'home' | keyof typeof aboutScreens>,
  () => Promise<{ default: Component<Record<string, never>> }>
> = {
  wallet: () => import('./Wallet.svelte'),
  receive: () => import('./Receive.svelte'),
  'new-wallet': () => import('./NewWallet.svelte'),
  'restore-wallet': () => import('./RestoreWallet.svelte'),
  blocks: () => import('./Blocks.svelte'),
  mempool: () => import('./Mempool.svelte'),
  peers: () => import('./Peers.svelte'),
  map: () => import('./Map.svelte'),
  mining: () => import('./Mining.svelte'),
  health: () => import('./Health.svelte'),
  settings: () => import('./Settings.svelte'),
};

export type AboutPlace = keyof typeof aboutScreens;

export function isAboutPlace(place: Place): place is AboutPlace {
  return place in aboutScreens;
}
