/** Names of protocols and topics. All contain the first 8 hex digits of the network id, so that networks do not mix. */
export interface Names {
  readonly hello: string;
  readonly sync: string;
  readonly relay: string;
  readonly push: string;
  readonly snapshot: string;
  readonly join: string;
  readonly transactions: string;
  readonly blocks: string;
  readonly kad: string;
}

export function namesOf(networkIdHex: string): Names {
  const id8 = networkIdHex.slice(0, 8);
  return {
    hello: `/kith/${id8}/hello/1`,
    sync: `/kith/${id8}/sync/1`,
    relay: `/kith/${id8}/relay/1`,
    push: `/kith/${id8}/push/1`,
    snapshot: `/kith/${id8}/snapshot/1`,
    join: `/kith/${id8}/join/1`,
    transactions: `/kith/${id8}/transactions/1`,
    blocks: `/kith/${id8}/blocks/1`,
    kad: `/kith/${id8}/kad/1.0.0`,
  };
}

/** The mDNS service tag of a network. */
export function serviceTagOf(networkIdHex: string): string {
  return `_kith-${networkIdHex.slice(0, 8)}._udp.local`;
}

/**
 * The handshake protocol of any Kith network among these protocols, or null. It identifies a peer of another network.
 */
export function helloAmong(protocols: readonly string[]): string | null {
  return protocols.find((name) => /^\/kith\/[0-9a-f]{8}\/hello\/\d{1,4}$/.test(name)) ?? null;
}
