import { href, readRoute, type ScreenName, type Route } from './route.ts';

/** The current route. It is stored in the address, so that back, forward and reload work. */
export interface Router {
  readonly route: Route;
  go(place: ScreenName, about?: string | number): void;
  /** Like `go`, but without an entry in the browser history. */
  replace(place: ScreenName, about?: string | number): void;
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
