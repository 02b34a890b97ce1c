import type { PoolSource } from '../../lib/grouped-pool.ts';
import { netgroupOf, hostKeyOf } from './multiaddrs.ts';

/**
 * The host and network group that a connection counts for in pools with limits. 127.0.0.1 counts for none, because all
 * nodes of a demo or a test share it. A relayed connection counts for the relay.
 */
export function sourceOf(address: string): PoolSource {
  const host = hostKeyOf(address);
  if (host === '/ip4/127.0.0.1' || host === '/ip6/::1') return { host: null, group: null };
  return { host, group: netgroupOf(address) };
}
