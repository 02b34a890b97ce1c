import type { DraftPayment } from '../../shared/contract/wallet.ts';
import { isLinkProblem, parseTarget, type PaymentLink } from '../../shared/payment-link.ts';
import { compact } from '../../shared/pasted.ts';
import { WALLET_SENTENCES } from '../../shared/sentences/wallet.ts';
import { formatKith, parseKith, type Motes } from '../../shared/units.ts';
import { judgeAddress } from '../format/address.ts';
import { amountProblem, amountWords } from '../format/amount.ts';
import { feeRates, type FeeRates, type FeeTime } from '../format/fees.ts';
import type { AppState } from './app.svelte.ts';
import { createAction } from './action.svelte.ts';
import type { Problem } from './problem.ts';

/** The form of a payment. */
export interface SendForm {
  to: string;
  amount: string;
  when: FeeTime;
  /** The content of the receiver field, if it is valid. */
  readonly link: PaymentLink | null;
  /** The problem of a field, once it should be shown. */
  readonly toProblem: string | null;
  readonly amountProblem: string | null;
  /** The receiver is a wallet of this node. */
  readonly toOwn: boolean;
  readonly rates: FeeRates | null;
  readonly ready: boolean;
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** The draft under review; null while the form is filled in. */
  readonly draft: DraftPayment | null;
  /** The remainder in the wallet after All, as a sentence; null if nothing remains, or without All. */
  readonly leftOver: string | null;
  /** Fills in everything that one payment can send. */
  useAll(): Promise<unknown>;
  review(): Promise<unknown>;
  back(): void;
}

/** Mempool transactions used for the fee estimate; a larger mempool makes the estimate less precise, not slower. */
const SAMPLE = 1000;

export function createSendForm(app: Pick<AppState, 'client' | 'node' | 'wallets'>, start: string): SendForm {
  const { client, node, wallets } = app;
  let to = $state(start);
  let amount = $state('');
  let when = $state<FeeTime>('soon');
  let rates = $state.raw<FeeRates | null>(null);
  const action = createAction();
  let draft = $state.raw<DraftPayment | null>(null);
  // All stays selected when the fee or the wallet changes before the review, until the user types an amount.
  let everything = $state(false);
  let leftOver = $state<string | null>(null);

  const target = $derived(parseTarget(to));
  const link = $derived(isLinkProblem(target) || target.address === '' ? null : target);
  const toProblem = $derived.by(() => {
    if (compact(to) === '') return null;
    if (isLinkProblem(target)) return WALLET_SENTENCES[target.problem];
    if (!link) return 'This is neither an address nor a payment link.';
    const verdict = judgeAddress(link.address, node.network?.hrp ?? '');
    return verdict.ok ? null : verdict.sentence;
  });
  const motes = $derived(parseKith(amount));
  const spendable = $derived(wallets.view?.balance.spendable ?? 0);
  const wrongAmount = $derived.by(() => {
    if (compact(amount) === '') return null;
    if (motes === null) return amountProblem(amount);
    if (motes === 0) return 'Enter an amount above zero.';
    if (motes > spendable) return `More than the wallet can spend now: ${amountWords(spendable)}.`;
    return null;
  });

  async function readRates(): Promise<void> {
    const [{ floor }, waiting] = await Promise.all([
      client.mempool.summary({}),
      client.mempool.list({ limit: SAMPLE }),
    ]);
    rates = feeRates(waiting, floor, node.network?.spacing ?? 60);
  }
  // Without an estimate the wallet chooses the fee rate, so the form does not fail.
  const pricing = readRates().catch(() => undefined);

  async function prepare(value: Motes | 'all'): Promise<DraftPayment> {
    await pricing;
    if (!link || wallets.selected === null) throw new Error('the form is not filled in');
    return client.wallet.prepare({
      name: wallets.selected,
      to: [{ address: link.address, amount: value }],
      ...(rates && { feerate: rates[when] }),
    });
  }

  /** Requests the largest possible amount, and shows it. */
  async function prepareAll(): Promise<DraftPayment> {
    const all = await prepare('all');
    const paid = all.outputs.reduce((sum, output) => sum + (output.change ? 0 : output.amount), 0);
    amount = formatKith(paid);
    everything = true;
    leftOver = all.warnings.find(({ code }) => code === 'coins-left')?.message ?? null;
    return all;
  }
  function typeAmount(text: string): void {
    amount = text;
    everything = false;
    leftOver = null;
  }

  // The amount of a link replaces the typed amount.
  $effect(() => {
    if (link?.amount !== undefined) typeAmount(formatKith(link.amount));
  });

  // Only the node knows whether an address belongs to one of its wallets.
  let toOwn = $state(false);
  $effect(() => {
    toOwn = false;
    if (!link || toProblem !== null) return;
    let current = true;
    client.wallet.checkAddress({ text: link.address }).then(
      ({ own }) => {
        if (current) toOwn = own;
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  });

  return {
    get toOwn() {
      return toOwn;
    },
    get to() {
      return to;
    },
    set to(text) {
      to = text;
    },
    get amount() {
      return amount;
    },
    set amount(text) {
      typeAmount(text);
    },
    get leftOver() {
      return leftOver;
    },
    get when() {
      return when;
    },
    set when(choice) {
      when = choice;
    },
    get link() {
      return link;
    },
    get toProblem() {
      return toProblem;
    },
    get amountProblem() {
      return wrongAmount;
    },
    get rates() {
      return rates;
    },
    get ready() {
      return link !== null && toProblem === null && motes !== null && wrongAmount === null && !action.busy;
    },
    get busy() {
      return action.busy;
    },
    get problem() {
      return action.problem;
    },
    get draft() {
      return draft;
    },
    useAll: () => action.run(prepareAll),
    review: () =>
      action.run(async () => {
        if (everything) draft = await prepareAll();
        else if (motes !== null) draft = await prepare(motes);
      }),
    back: () => {
      draft = null;
    },
  };
}
