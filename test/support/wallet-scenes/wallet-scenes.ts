import { KEYS_SCENES } from './keys-scenes.ts';
import { LIST_SCENES } from './list-scenes.ts';
import { PAYMENT_SCENES } from './payment-scenes.ts';
import type { Scene } from './scene.ts';
import { SETUP_SCENES } from './setup-scenes.ts';

/** Every screen of the wallet in every state that can be shown in a browser. */
export const WALLET_SCENES: readonly Scene[] = [
  ...PAYMENT_SCENES,
  ...LIST_SCENES,
  ...SETUP_SCENES,
  ...KEYS_SCENES,
];
