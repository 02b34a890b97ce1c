import { hideAmounts } from '../../shared/hidden-amounts.ts';
import type { Desktop } from './desktop.svelte.ts';
import { onRemembered, remember, remembered } from './memory.ts';
import type { Toasts } from './toasts.svelte.ts';

const KEY = 'amounts';
const HIDDEN = 'hidden';

/** Whether amounts of the wallets are hidden, because other persons may see the screen. */
export interface Privacy {
  readonly hidden: boolean;
  /** Takes effect immediately. Resolves with false if the desktop app could not store it. */
  toggle(): Promise<boolean>;
  /** A sentence about a wallet, without its amounts while they are hidden. */
  words(sentence: string): string;
}

/** In the desktop app the setting belongs to the app, so that the tray and notifications follow it. */
export function createPrivacy(desktop: Desktop): Privacy {
  let local = $state(remembered(KEY) === HIDDEN);
  /** What the user wants, until the app has stored it; it may fail to. */
  let wanted = $state<boolean | null>(null);
  const hidden = $derived(wanted ?? desktop.state?.settings.hideAmounts ?? local);
  onRemembered(KEY, (value) => (local = value === HIDDEN));
  return {
    get hidden() {
      return hidden;
    },
    async toggle() {
      local = wanted = !hidden;
      remember(KEY, local ? HIDDEN : 'shown');
      try {
        await desktop.set({ hideAmounts: local });
        wanted = null;
        return true;
      } catch {
        return false;
      }
    },
    words: (sentence) => (hidden ? hideAmounts(sentence) : sentence),
  };
}

/** Hides the amounts or shows them, and says so if that is lost at the end of the app. */
export async function toggleAmounts({
  privacy,
  toasts,
}: {
  readonly privacy: Privacy;
  readonly toasts: Pick<Toasts, 'say'>;
}): Promise<void> {
  if (await privacy.toggle()) return;
  toasts.say(
    'The app could not store this setting, so the tray and the next start do not follow it.',
    'bad',
    'amounts',
  );
}
