import type { Network } from '../core/params/network.ts';

/** The default listen addresses of a network. */
export function defaultListen({ name, defaultPort }: Network): readonly string[] {
  // The networks `local` and `regtest` are for one computer, so their nodes listen only on loopback.
  if (name === 'local' || name === 'regtest') return ['/ip4/127.0.0.1/tcp/0'];
  return [`/ip4/0.0.0.0/tcp/${defaultPort}`, `/ip6/::/tcp/${defaultPort}`];
}
