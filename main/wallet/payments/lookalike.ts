/** Number of characters at each end, after the prefix of the network, that users usually compare. */
const COMPARED_CHARACTERS = 4;

/**
 * Finds the known address that an address could be mistaken for, the first one if there are several, or null. In address
 * poisoning an attacker pays dust from a look-alike address, so that the user later copies the wrong address from the
 * history. The known addresses are read once, because a payment can have 1 000 receivers.
 */
export function lookalikeFinder(
  hrp: string,
  ...known: readonly Iterable<string>[]
): (address: string) => string | null {
  const byEnds = new Map<string, string[]>();
  for (const addresses of known) {
    for (const address of addresses) {
      const ends = endsOf(hrp, address);
      const same = byEnds.get(ends);
      if (same === undefined) byEnds.set(ends, [address]);
      else if (!same.includes(address)) same.push(address);
    }
  }
  return (address) => byEnds.get(endsOf(hrp, address))?.find((other) => other !== address) ?? null;
}

// The first character is the lock type, which all addresses share, so it is skipped.
function endsOf(hrp: string, address: string): string {
  const data = address.toLowerCase().slice(hrp.length + 1 + 1);
  return `${data.slice(0, COMPARED_CHARACTERS)}…${data.slice(-COMPARED_CHARACTERS)}`;
}
