/** What stands in the place of an amount while amounts are hidden. Its width says nothing about the amount. */
export const HIDDEN_AMOUNT = '•••••';

/** A sentence of Kith with every amount hidden. A fee rate in motes per byte is none. */
export function hideAmounts(text: string): string {
  return text.replace(
    /[+\-\u2212\u2013]?\d[\d\s.,\u202f\u00a0]*(?=[\s\u202f\u00a0](?:KITH\b|motes?\b(?!\s?(?:\/|per\b))))/g,
    HIDDEN_AMOUNT,
  );
}
