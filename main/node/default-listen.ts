import type { Network } from '../core/params/network.ts';

/** The default listen addresses of a network. */
export function defaultListen({ name, defaultPort }: Network): readonly string[] {
  // Networks `local` and `regtest` are for one computer, so that their nodes listen on loopback only.
  if (name === 'local' || name === 'regtest') return ['/ip4/127.0.0.1/tcp/0'];
  return [`/ip4/0.0.0.0/tcp/${defaultPort}`, `/ip6/::/tcp/${defaultPort}`];
}
