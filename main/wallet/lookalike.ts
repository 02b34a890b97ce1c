/** Number of characters at each end, after the prefix of the network, that users usually compare. */
const COMPARED_CHARACTERS = 4;

/**
 * The known address that could be mistaken for this one, or null. In address poisoning an attacker pays dust from a
 * look-alike address, so that the user later copies the wrong address from the history.
 */
export function findLookalike(hrp: string, address: string, known: Iterable<string>): string | null {
  const ends = endsOf(hrp, address);
  for (const other of known) {
    if (other !== address && endsOf(hrp, other) === ends) return other;
  }
  return null;
}

// The first character is the lock type, which all addresses share, so it is skipped.
function endsOf(hrp: string, address: string): string {
  const data = address.toLowerCase().slice(hrp.length + 1 + 1);
  return `${data.slice(0, COMPARED_CHARACTERS)}…${data.slice(-COMPARED_CHARACTERS)}`;
}
