import { lookup } from 'node:dns/promises';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { hostKeyOf } from './multiaddrs.ts';

/** Maximum number of addresses of a name that are dialled. */
export const MOST_LOOKED_UP = 4;
const NAMED = /^\/(dns|dns4|dns6)\/([^/]+)/;
const FAMILY = { dns: 0, dns4: 4, dns6: 6 } as const;

/**
 * Resolves a `/dns`, `/dns4` or `/dns6` name to its addresses without banned ones. Any other address is returned
 * unchanged. This is done before dialling, because a connection to a name would have neither host nor network group, so
 * that no ban and no limit could apply to it. Rejects when the name has no addresses or only banned ones, or when the
 * signal aborts.
 */
export async function lookUp(
  address: Multiaddr,
  { isBanned, signal }: { isBanned(hostKey: string): boolean; readonly signal: AbortSignal },
): Promise<Multiaddr[]> {
  const [named, kind, name] = NAMED.exec(address.toString()) ?? [];
  if (named === undefined) return [address];
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  const looking = lookup(name!, { all: true, family: FAMILY[kind as keyof typeof FAMILY] });
  const found = await Promise.race([looking, aborted.promise]).finally(() =>
    signal.removeEventListener('abort', onAbort),
  );
  const allowed = found
    .map(({ address: ip, family }) => `/ip${family}/${ip}`)
    .filter((each) => !isBanned(hostKeyOf(each) ?? ''));
  if (allowed.length === 0) throw new Error(`${name} leads to no address that may be dialled`);
  const rest = address.toString().slice(named.length);
  return allowed.slice(0, MOST_LOOKED_UP).map((each) => multiaddr(`${each}${rest}`));
}
