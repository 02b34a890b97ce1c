/** Shortens an id: "3f9a2c … 81d0e7". Short texts are not changed. */
export function shortId(id: string, keep = 6): string {
  return id.length <= keep * 2 + 3 ? id : `${id.slice(0, keep)} … ${id.slice(-keep)}`;
}

/** Splits an address into groups of four characters. The prefix (kith, lkith …) with its 1 is one group. */
export function addressGroups(address: string): string[] {
  const cut = address.lastIndexOf('1') + 1;
  const body = address.slice(cut);
  return [address.slice(0, cut), ...(body.match(/.{1,4}/g) ?? [])].filter((part) => part !== '');
}
