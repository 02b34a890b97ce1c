/** The beginning and the end of an address, for a sentence; never for paying to. */
export function shorten(address: string): string {
  return address.length <= 24 ? address : `${address.slice(0, 12)}…${address.slice(-8)}`;
}
