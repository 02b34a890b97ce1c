import { amountWords } from '../format/amount.ts';

/** A coin that the user chose to spend. */
export interface ChosenCoin {
  readonly txid: string;
  readonly index: number;
  readonly amount: number;
}

/** The coins that the next payment of a wallet spends; none if the wallet chooses. */
export interface ChosenCoins {
  of(wallet: string | null): readonly ChosenCoin[];
  choose(wallet: string, coins: readonly ChosenCoin[]): void;
  clear(): void;
}

export function createChosenCoins(): ChosenCoins {
  let chosen = $state.raw<{ readonly wallet: string; readonly coins: readonly ChosenCoin[] } | null>(null);
  return {
    of: (wallet) => (chosen !== null && chosen.wallet === wallet ? chosen.coins : []),
    choose(wallet, coins) {
      chosen = { wallet, coins };
    },
    clear() {
      chosen = null;
    },
  };
}

/** The sum of coins in motes. */
export const sumOfCoins = (coins: readonly { readonly amount: number }[]): number =>
  coins.reduce((sum, { amount }) => sum + amount, 0);

/** What a payment can spend at most: the selected coins, or what is available if there are none. */
export const spendableWords = (coins: readonly ChosenCoin[], available: number): string =>
  coins.length > 0
    ? `Selected coins: ${amountWords(sumOfCoins(coins))}`
    : `Available: ${amountWords(available)}`;

/** The coins as the node wants them. */
export const coinNames = (coins: readonly ChosenCoin[]): { txid: string; index: number }[] =>
  coins.map(({ txid, index }) => ({ txid, index }));
