import { hideAmounts } from '../../shared/hidden-amounts.ts';
import type { Desktop } from './desktop.svelte.ts';
import { remember, remembered } from './memory.ts';

/** Whether amounts of the wallets are hidden, because other persons may see the screen. */
export interface Privacy {
  readonly hidden: boolean;
  toggle(): void;
  /** A sentence about a wallet, without its amounts while they are hidden. */
  words(sentence: string): string;
}

/** In the desktop app the setting belongs to the app, so that the tray and notifications follow it. */
export function createPrivacy(desktop: Desktop): Privacy {
  let local = $state(remembered('amounts') === 'hidden');
  const hidden = $derived(desktop.state?.settings.hideAmounts ?? local);
  return {
    get hidden() {
      return hidden;
    },
    toggle() {
      local = !hidden;
      remember('amounts', local ? 'hidden' : 'shown');
      void desktop.set({ hideAmounts: local }).catch(() => undefined);
    },
    words: (sentence) => (hidden ? hideAmounts(sentence) : sentence),
  };
}
