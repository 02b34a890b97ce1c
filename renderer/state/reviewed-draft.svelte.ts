import type { DraftPayment } from '../../shared/contract/payment.ts';
import type { WalletsState } from './wallets.svelte.ts';

/** The draft under review. */
export interface ReviewedDraft {
  /** Null without a draft, and while another wallet is selected than the one that it spends from. */
  readonly current: DraftPayment | null;
  /** Shows the draft of a wallet, unless the user has selected another one in the meantime. */
  show(wallet: string, draft: DraftPayment): void;
  drop(): void;
}

/** Keeps a draft with its wallet: the review names the selected wallet, and asks for its password. */
export function createReviewedDraft(wallets: Pick<WalletsState, 'selected'>): ReviewedDraft {
  let kept = $state.raw<{ readonly wallet: string; readonly draft: DraftPayment } | null>(null);
  return {
    get current() {
      return kept !== null && kept.wallet === wallets.selected ? kept.draft : null;
    },
    show(wallet, draft) {
      kept = wallet === wallets.selected ? { wallet, draft } : null;
    },
    drop() {
      kept = null;
    },
  };
}
