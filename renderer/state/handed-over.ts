/** A payment file that one screen passes to the next one; it is too long for an address. Taken once. */
let payment: string | null = null;

export function handOver(hex: string): void {
  payment = hex;
}

export function takeHandedOver(): string | null {
  const taken = payment;
  payment = null;
  return taken;
}
