/** A payment file that one screen passes to the next one; it is too long for an address. Taken once. */
let payment: string | null = null;

export function passPayment(hex: string): void {
  payment = hex;
}

export function takePassedPayment(): string | null {
  const taken = payment;
  payment = null;
  return taken;
}
