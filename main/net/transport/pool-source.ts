import type { PoolSource } from '../../lib/grouped-pool.ts';
import { groupOf, hostPart } from './multiaddrs.ts';

/**
 * The host and network group that a connection counts for in pools with limits. 127.0.0.1 is shared by all nodes of a
 * demo or a test and counts for none; the address of a relayed connection counts for the relay.
 */
export function sourceOf(address: string): PoolSource {
  const host = hostPart(address);
  if (host === '/ip4/127.0.0.1' || host === '/ip6/::1') return { host: null, group: null };
  return { host, group: groupOf(address) };
}
