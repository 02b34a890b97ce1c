import { href, readRoute, type Place, type Route } from './route.ts';

/** Where the window is. Lives in the address, so that back, forward and reload work as anywhere. */
export interface Router {
  readonly route: Route;
  go(place: Place, about?: string | number): void;
  /** As go, but back doesn't return here. */
  replace(place: Place, about?: string | number): void;
}

export function createRouter(): Router {
  let route = $state.raw(readRoute(location.hash));
  window.addEventListener('hashchange', () => {
    route = readRoute(location.hash);
  });
  return {
    get route() {
      return route;
    },
    go: (place, about) => {
      location.hash = href(place, about);
    },
    replace: (place, about) => location.replace(href(place, about)),
  };
}
