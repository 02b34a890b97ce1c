import type { Reachability } from '../../../shared/contract/vocabulary.ts';
import { ipOf, isLoopback } from './addresses.ts';

/** Whether others can connect to this node, as far as it can tell from where it listens and who has connected. */
export function reachabilityOf(listen: readonly string[], inbound: readonly string[]): Reachability {
  if (listen.length > 0 && listen.every((address) => isLoopback(ipOf(address) ?? ''))) return 'local';
  if (listen.length === 0) return 'unreachable';
  const outside = inbound.some((address) => address !== '' && !isLoopback(ipOf(address) ?? ''));
  return outside ? 'reachable' : 'unknown';
}
