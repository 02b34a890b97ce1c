import type { Network } from '../core/params/network.ts';

/** Where a node of this network can be reached unless told otherwise. */
export function defaultListen({ name, defaultPort }: Network): readonly string[] {
  // Money of local and regtest is worth nothing, so nobody outside needs to know of such a node.
  if (name === 'local' || name === 'regtest') return ['/ip4/127.0.0.1/tcp/0'];
  return [`/ip4/0.0.0.0/tcp/${defaultPort}`, `/ip6/::/tcp/${defaultPort}`];
}
