import type { Time } from '../../lib/clock.ts';
import type { DraftPayment } from '../../../shared/contract/payment.ts';
import type { OutpointKey } from '../../core/primitives/outpoint.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import { toHex } from '../../core/codec/hex.ts';
import { KithError } from '../../lib/errors.ts';
import type { Random } from '../../lib/random.ts';
import type { OwnCoin } from '../ledger/wallet-records.ts';

/** A coin that a draft spends. */
export interface DraftInput {
  readonly key: OutpointKey;
  readonly coin: OwnCoin;
}

/** A planned payment that the user has not confirmed yet. */
export interface Draft {
  readonly id: string;
  /** The id of the wallet that pays. */
  readonly wallet: string;
  /** The transaction with empty signatures of their final size, so that its size is final. */
  readonly unsigned: Transaction;
  /** In the order of the transaction's inputs. */
  readonly inputs: readonly DraftInput[];
  /** The payment as the user sees it. */
  readonly view: Omit<DraftPayment, 'draft'>;
  /** Whether it spends the outputs of an incoming payment, to pay the fee for both. */
  readonly isBump: boolean;
  /** Label in the history once the payment is sent; empty for none. */
  readonly label: string;
  /** Labels that the receiving addresses get once the payment is sent. */
  readonly addressLabels: ReadonlyMap<string, string>;
}

/** Keeps drafts until they are confirmed, for at most ten minutes. */
export interface Drafts {
  add(draft: Omit<Draft, 'id'>): Draft;
  find(id: string): Draft | undefined;
  /** Removes the draft, so that no other call can confirm it. @throws {KithError} `wallet-draft-unknown` */
  take(id: string): Draft;
  putBack(draft: Draft): void;
}

const LIFETIME_MS = 600_000;
const MAX_DRAFTS = 100;

export interface DraftsDeps {
  readonly clock: Pick<Time, 'monotonic'>;
  readonly random: Pick<Random, 'bytes'>;
}

export function createDrafts({ clock, random }: DraftsDeps): Drafts {
  const drafts = new Map<string, { readonly draft: Draft; readonly since: number }>();

  const sweep = () => {
    for (const [id, { since }] of drafts) {
      if (clock.monotonic() - since > LIFETIME_MS || drafts.size >= MAX_DRAFTS) drafts.delete(id);
    }
  };
  const find = (id: string) => {
    const found = drafts.get(id);
    return found === undefined || clock.monotonic() - found.since > LIFETIME_MS ? undefined : found.draft;
  };

  return {
    add(fields) {
      sweep();
      const draft = { ...fields, id: toHex(random.bytes(16)) };
      drafts.set(draft.id, { draft, since: clock.monotonic() });
      return draft;
    },
    find,
    take(id) {
      const draft = find(id);
      if (draft === undefined) throw new KithError('wallet-draft-unknown', 'no such draft');
      drafts.delete(id);
      return draft;
    },
    putBack: (draft) => void drafts.set(draft.id, { draft, since: clock.monotonic() }),
  };
}
