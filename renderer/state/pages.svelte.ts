/** The page of a long list that is shown. Must be created inside a component. */
export interface Pages {
  readonly skip: number;
  readonly size: number;
  next(): void;
  previous(): void;
  first(): void;
  /** Goes to the last page if the list has become so short that the page is beyond its end. */
  stayWithin(count: number): void;
}

/** Number of rows on a page. */
const PAGE_SIZE = 50;

export function createPages(): Pages {
  let skip = $state(0);
  return {
    get skip() {
      return skip;
    },
    size: PAGE_SIZE,
    next() {
      skip += PAGE_SIZE;
    },
    previous() {
      skip = Math.max(0, skip - PAGE_SIZE);
    },
    first() {
      skip = 0;
    },
    stayWithin(count) {
      if (skip > 0 && skip >= count) skip = Math.max(0, Math.ceil(count / PAGE_SIZE) - 1) * PAGE_SIZE;
    },
  };
}

/** Pause after the last typed letter before the node is asked, in milliseconds. */
const PAUSE_MS = 200;

/** A search field, whose settled text follows the typed one after a pause. */
export function createSearch(changed: () => void) {
  let typed = $state('');
  let settled = $state('');
  $effect(() => {
    const text = typed;
    if (text === settled) return;
    const timer = setTimeout(() => {
      settled = text;
      changed();
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  });
  return {
    get typed() {
      return typed;
    },
    set typed(text) {
      typed = text;
    },
    /** The search as the node wants it; without one the field is left out. */
    get query(): { search?: string } {
      return settled.trim() === '' ? {} : { search: settled.slice(0, 200) };
    },
  };
}
