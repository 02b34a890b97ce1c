/** Every route of the page: the part of the address after `#/`. */
export const SCREENS = [
  'home',
  'wallet',
  'send',
  'receive',
  'contacts',
  'batch',
  'coins',
  'addresses',
  'proofs',
  'new-wallet',
  'restore-wallet',
  'watch-wallet',
  'setup-wallet',
  'payment-file',
  'recovery-phrase',
  'payment',
  'blocks',
  'block',
  'transaction',
  'mempool',
  'peers',
  'map',
  'mining',
  'health',
  'reachability',
  'networks',
  'settings',
] as const;
export type ScreenName = (typeof SCREENS)[number];

/** A route and its parameter: a block id or height, a txid, a payment link. */
export interface Route {
  readonly screen: ScreenName;
  readonly about: string | null;
}

const HOME: Route = { screen: 'home', about: null };

/** Reads the part of the address after `#`. Anything unknown is the home route. */
export function readRoute(hash: string): Route {
  const [, screen, about] = /^#?\/([a-z-]+)(?:\/(.+))?$/.exec(hash) ?? [];
  if (!isScreenName(screen)) return HOME;
  try {
    return { screen, about: about === undefined ? null : decodeURIComponent(about) };
  } catch {
    return { screen, about: null };
  }
}

/** The address of a route, for links. */
export function href(screen: ScreenName, about?: string | number): string {
  return about === undefined ? `#/${screen}` : `#/${screen}/${encodeURIComponent(about)}`;
}

function isScreenName(text: string | undefined): text is ScreenName {
  return (SCREENS as readonly (string | undefined)[]).includes(text);
}
