import type { DraftPayment } from '../../shared/contract/payment.ts';
import { isLinkProblem, parseTarget, type PaymentLink } from '../../shared/payment-link.ts';
import { compact } from '../../shared/pasted.ts';
import { outputSums } from '../../shared/payment-outputs.ts';
import { WALLET_SENTENCES } from '../../shared/sentences/wallet.ts';
import { typedAmount } from '../../shared/typed-amount.ts';
import type { Motes } from '../../shared/units.ts';
import { checkAddress } from '../format/address.ts';
import { amountField, amountProblem, amountWords, nodeWords } from '../format/amount.ts';
import { amountUnit } from '../format/decimal-mark.svelte.ts';
import type { AppState } from './app.svelte.ts';
import { createAction } from './action.svelte.ts';
import { type ChosenCoin, coinNames, sumOfCoins } from './chosen-coins.svelte.ts';
import type { Problem } from './problem.ts';
import { createQuotes, type FeeTime, type Quotes } from './quotes.svelte.ts';
import { createReviewedDraft } from './reviewed-draft.svelte.ts';

/** The form of a payment. */
export interface SendForm {
  to: string;
  amount: string;
  when: FeeTime;
  /** The content of the receiver field, if it is valid. */
  readonly link: PaymentLink | null;
  /** The problem of the field; null until it should be shown. */
  readonly toProblem: string | null;
  readonly amountProblem: string | null;
  /** The text that was pasted into the receiver field; undefined if the field has another content now. */
  pasted: string | undefined;
  /** The coins that the user chose to spend; none if the wallet chooses. */
  readonly coins: readonly ChosenCoin[];
  /** Whether the receiver is a wallet of this node. */
  readonly toOwn: boolean;
  /** The fee for every choice; it follows the mempool and the wallet. */
  readonly quotes: Quotes['current'];
  readonly ready: boolean;
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** The draft under review; null while the form is filled in. */
  readonly draft: DraftPayment | null;
  /**
   * What remains in the wallet after paying everything, as a sentence. Null if nothing remains, or for other payments.
   */
  readonly leftOver: string | null;
  /** Fills in the largest amount that one payment can send. */
  useAll(): Promise<unknown>;
  review(): Promise<unknown>;
  back(): void;
  /** Lets the wallet choose the coins. */
  forgetCoins(): void;
}

type SendDeps = Pick<AppState, 'client' | 'node' | 'wallets' | 'mempool' | 'chosenCoins'>;

export function createSendForm(app: SendDeps, start: string): SendForm {
  const receiver = createReceiver(app, start);
  const amount = createAmount(app);
  const pricing = createPricing(app, receiver, amount);
  const review = createReview(app, receiver, amount, pricing);
  // While everything is sent, the amount is what the fee leaves.
  $effect(() => {
    const quote = pricing.quotes?.[pricing.when].quote;
    if (amount.everything && quote) amount.showEverything(quote.amount);
  });

  // The amount of a link replaces the typed amount.
  $effect(() => {
    if (receiver.link?.amount !== undefined) amount.text = amountField(receiver.link.amount);
  });

  return {
    get coins() {
      return app.chosenCoins.of(app.wallets.selected);
    },
    get toOwn() {
      return receiver.own;
    },
    get to() {
      return receiver.text;
    },
    set to(text) {
      receiver.text = text;
    },
    get pasted() {
      return receiver.pasted;
    },
    set pasted(text) {
      receiver.pasted = text;
    },
    get amount() {
      return amount.text;
    },
    set amount(text) {
      amount.text = text;
    },
    get leftOver() {
      return amount.leftOver;
    },
    get when() {
      return pricing.when;
    },
    set when(choice) {
      pricing.when = choice;
    },
    get link() {
      return receiver.link;
    },
    get toProblem() {
      return receiver.problem;
    },
    get amountProblem() {
      return amount.problem;
    },
    get quotes() {
      return pricing.quotes;
    },
    get ready() {
      const filled = receiver.link !== null && amount.motes !== null;
      return filled && receiver.problem === null && amount.problem === null && !review.busy;
    },
    get busy() {
      return review.busy;
    },
    get problem() {
      return review.problem;
    },
    get draft() {
      return review.draft;
    },
    useAll: review.useAll,
    review: review.begin,
    back: review.end,
    forgetCoins: app.chosenCoins.clear,
  };
}

interface Prepared {
  readonly wallet: string;
  readonly draft: DraftPayment;
}

/** The draft that the node prepares from the fields. */
function createReview(
  { client, wallets, chosenCoins }: Pick<SendDeps, 'client' | 'wallets' | 'chosenCoins'>,
  receiver: ReturnType<typeof createReceiver>,
  amount: ReturnType<typeof createAmount>,
  pricing: ReturnType<typeof createPricing>,
) {
  const action = createAction();
  const reviewed = createReviewedDraft(wallets);

  async function prepare(value: Motes | 'all'): Promise<Prepared> {
    await pricing.known;
    const { link } = receiver;
    const feerate = pricing.quotes?.[pricing.when].feerate;
    const wallet = wallets.selected;
    if (!link || wallet === null) throw new Error('the form is not filled in');
    const coins = chosenCoins.of(wallet);
    const draft = await client.wallet.prepare({
      name: wallet,
      to: [{ address: link.address, amount: value, ...(link.label !== undefined && { label: link.label }) }],
      ...(feerate !== undefined && { feerate }),
      ...(coins.length > 0 && { coins: coinNames(coins) }),
    });
    return { wallet, draft };
  }
  /** Requests the largest possible amount, and shows it. */
  async function prepareAll(): Promise<Prepared> {
    const all = await prepare('all');
    if (all.wallet === wallets.selected) amount.showAll(all.draft);
    return all;
  }

  return {
    get draft() {
      return reviewed.current;
    },
    get busy() {
      return action.busy;
    },
    get problem() {
      return action.problem;
    },
    useAll: () => action.run(prepareAll),
    begin: () =>
      action.run(async () => {
        const value = amount.motes;
        if (!amount.everything && value === null) return;
        const { wallet, draft } = amount.everything ? await prepareAll() : await prepare(value!);
        reviewed.show(wallet, draft);
      }),
    end: reviewed.drop,
  };
}

/** The receiver field. */
function createReceiver({ client, node }: Pick<SendDeps, 'client' | 'node'>, start: string) {
  let text = $state(start);
  let pasted = $state<string>();
  const target = $derived(parseTarget(text));
  const link = $derived(isLinkProblem(target) || target.address === '' ? null : target);
  const problem = $derived.by(() => {
    if (compact(text) === '') return null;
    if (isLinkProblem(target)) return WALLET_SENTENCES[target.problem];
    if (!link) return 'This is neither an address nor a payment link.';
    const verdict = checkAddress(link.address, node.network?.hrp ?? '');
    return verdict.ok ? null : verdict.sentence;
  });

  // Only the node knows whether an address belongs to one of its wallets.
  let own = $state(false);
  $effect(() => {
    own = false;
    if (!link || problem !== null) return;
    let current = true;
    client.wallet.checkAddress({ text: link.address }).then(
      (checked) => {
        if (current) own = checked.own;
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  });

  return {
    get text() {
      return text;
    },
    set text(typed) {
      text = typed;
    },
    get pasted() {
      return pasted !== undefined && compact(text) === compact(pasted) ? pasted : undefined;
    },
    set pasted(content) {
      pasted = content;
    },
    get link() {
      return link;
    },
    get problem() {
      return problem;
    },
    get own() {
      return own;
    },
  };
}

/** The amount field. */
function createAmount({ wallets, chosenCoins }: Pick<SendDeps, 'wallets' | 'chosenCoins'>) {
  let text = $state('');
  // “All” stays selected when the fee or the wallet changes before the review, until the user types an amount.
  let everything = $state(false);
  let leftOver = $state<string | null>(null);

  const motes = $derived(typedAmount(text, amountUnit.value));
  const chosen = $derived(chosenCoins.of(wallets.selected));
  const available = $derived(chosen.length > 0 ? sumOfCoins(chosen) : (wallets.view?.balance.available ?? 0));
  const problem = $derived.by(() => {
    if (compact(text) === '') return null;
    if (motes === null) return amountProblem(text);
    if (motes === 0) return 'Enter an amount above zero.';
    if (motes > available)
      return chosen.length > 0
        ? `More than the selected coins have: ${amountWords(available)}.`
        : `More than the wallet can spend now: ${amountWords(available)}.`;
    return null;
  });

  return {
    get text() {
      return text;
    },
    set text(typed) {
      text = typed;
      everything = false;
      leftOver = null;
    },
    get motes() {
      return motes;
    },
    get problem() {
      return problem;
    },
    get everything() {
      return everything;
    },
    get leftOver() {
      return leftOver;
    },
    showEverything(motes: number): void {
      text = amountField(motes);
    },
    /** Shows the amount of a draft that pays everything. */
    showAll({ outputs, warnings }: DraftPayment): void {
      text = amountField(outputSums(outputs).paid);
      everything = true;
      leftOver = nodeWords(warnings.find(({ code }) => code === 'coins-left')?.message ?? '') || null;
    },
  };
}

/** The chosen confirmation time, and what every choice costs. */
function createPricing(
  app: SendDeps,
  receiver: ReturnType<typeof createReceiver>,
  amount: ReturnType<typeof createAmount>,
) {
  let when = $state<FeeTime>('soon');
  const quotes = createQuotes(app, () => {
    const wallet = app.wallets.selected;
    const wanted = amount.everything ? 'all' : amount.motes;
    if (wallet === null || !receiver.link || receiver.problem !== null || !wanted) return null;
    const coins = coinNames(app.chosenCoins.of(wallet));
    return { wallet, to: [{ address: receiver.link.address, amount: wanted }], coins };
  });
  return {
    get known() {
      return quotes.known;
    },
    get when() {
      return when;
    },
    set when(choice) {
      when = choice;
    },
    get quotes() {
      return quotes.current;
    },
  };
}
