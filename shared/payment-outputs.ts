import type { DraftPayment } from './contract/payment.ts';

type Outputs = DraftPayment['outputs'];

/** The outputs of a payment that are not change. */
export const receiversOf = (outputs: Outputs): Outputs => outputs.filter(({ change }) => !change);

/** What a payment pays to its receivers, and what comes back as change, in motes. */
export function outputSums(outputs: Outputs): { readonly paid: number; readonly change: number } {
  let [paid, back] = [0, 0];
  for (const { amount, change } of outputs) {
    if (change) back += amount;
    else paid += amount;
  }
  return { paid, change: back };
}
