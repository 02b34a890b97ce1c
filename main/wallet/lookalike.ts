/** How much of an address people compare: the first and the last characters behind the network's prefix. */
const LOOKED_AT = 4;

/**
 * The known address that a new one could be mistaken for, or null. An attacker who adds to a history by paying dust
 * from a look-alike address waits for the user to copy the wrong line.
 */
export function findLookalike(hrp: string, address: string, known: Iterable<string>): string | null {
  const ends = endsOf(hrp, address);
  for (const other of known) {
    if (other !== address && endsOf(hrp, other) === ends) return other;
  }
  return null;
}

// The first character is the lock type, alike in all addresses: it doesn't count.
function endsOf(hrp: string, address: string): string {
  const data = address.toLowerCase().slice(hrp.length + 1 + 1);
  return `${data.slice(0, LOOKED_AT)}…${data.slice(-LOOKED_AT)}`;
}
