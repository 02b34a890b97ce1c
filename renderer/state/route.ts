/** Every route of the page: the part of the address after `#/`. */
export const PLACES = [
  'home',
  'wallet',
  'send',
  'receive',
  'new-wallet',
  'restore-wallet',
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
  'networks',
  'settings',
] as const;
export type Place = (typeof PLACES)[number];

/** A route and its parameter: a block id or height, a txid, a payment link. */
export interface Route {
  readonly place: Place;
  readonly about: string | null;
}

const HOME: Route = { place: 'home', about: null };

/** Reads the part of the address after `#`. Anything unknown is the home route. */
export function readRoute(hash: string): Route {
  const [, place, about] = /^#?\/([a-z-]+)(?:\/(.+))?$/.exec(hash) ?? [];
  if (!isPlace(place)) return HOME;
  try {
    return { place, about: about === undefined ? null : decodeURIComponent(about) };
  } catch {
    return { place, about: null };
  }
}

/** The address of a route, for links. */
export function href(place: Place, about?: string | number): string {
  return about === undefined ? `#/${place}` : `#/${place}/${encodeURIComponent(about)}`;
}

function isPlace(text: string | undefined): text is Place {
  return (PLACES as readonly (string | undefined)[]).includes(text);
}
