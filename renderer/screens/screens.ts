import type { Component } from 'svelte';
import type { ScreenName } from '../state/route.ts';

/** The property of a screen about one object: the block, payment or link in its address. */
export interface ScreenProps {
  about: string | null;
}

/**
 * Screens about one object. Every screen except home is loaded when it is first opened, so that the window appears
 * immediately.
 */
export const aboutScreens = {
  send: () => import('./payments/Send.svelte'),
  'recovery-phrase': () => import('./wallet/RecoveryPhrase.svelte'),
  proofs: () => import('./proofs/Proofs.svelte'),
  payment: () => import('./payments/Payment.svelte'),
  block: () => import('./blocks/Block.svelte'),
  transaction: () => import('./blocks/Transaction.svelte'),
  networks: () => import('./networks/Networks.svelte'),
  settings: () => import('./settings/Settings.svelte'),
} satisfies Partial<Record<ScreenName, () => Promise<{ default: Component<ScreenProps> }>>>;

/** The screens that take no argument. */
export const screens: Record<
  Exclude<ScreenName, 'home' | keyof typeof aboutScreens>,
  () => Promise<{ default: Component<Record<string, never>> }>
> = {
  wallet: () => import('./wallet/Wallet.svelte'),
  contacts: () => import('./contacts/Contacts.svelte'),
  batch: () => import('./payments/Batch.svelte'),
  coins: () => import('./wallet/Coins.svelte'),
  addresses: () => import('./wallet/Addresses.svelte'),
  receive: () => import('./payments/Receive.svelte'),
  'new-wallet': () => import('./wallet/NewWallet.svelte'),
  'restore-wallet': () => import('./wallet/RestoreWallet.svelte'),
  'watch-wallet': () => import('./wallet/WatchWallet.svelte'),
  'setup-wallet': () => import('./wallet/SetupWallet.svelte'),
  'payment-file': () => import('./payments/OpenPaymentFile.svelte'),
  blocks: () => import('./blocks/Blocks.svelte'),
  mempool: () => import('./mempool/Mempool.svelte'),
  peers: () => import('./peers/Peers.svelte'),
  map: () => import('./map/Map.svelte'),
  mining: () => import('./mining/Mining.svelte'),
  health: () => import('./health/Health.svelte'),
  reachability: () => import('./health/Reachability.svelte'),
};

export type AboutScreen = keyof typeof aboutScreens;

export function isAboutScreen(screen: ScreenName): screen is AboutScreen {
  return screen in aboutScreens;
}
