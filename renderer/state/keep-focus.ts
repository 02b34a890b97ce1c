/** What takes the focus when the element that had it disappears: the closest of these around its place. */
const PLACES = 'form, section, ul, dialog, main';

/**
 * Keeps the focus on the page. When the element with the focus is removed, browsers give the focus to the document: the next
 * key is lost, and a screen reader is silent. Instead the closest part of the page around its place gets the focus, or the
 * heading of the screen. Returns what ends it.
 */
export function keepFocus(root: HTMLElement): () => void {
  let held: Element | null = null;
  /** From the inside to the outside. */
  let around: readonly HTMLElement[] = [];
  function onfocus({ target }: FocusEvent): void {
    if (!(target instanceof Element)) return;
    held = target;
    around = placesAround(target);
  }
  const observer = new MutationObserver(() => {
    if (held === null || held.isConnected || document.activeElement !== document.body) return;
    held = null;
    const place = around.find((each) => each.isConnected);
    if (place !== undefined) focusOn(place);
  });
  root.addEventListener('focusin', onfocus);
  observer.observe(root, { childList: true, subtree: true });
  return () => {
    root.removeEventListener('focusin', onfocus);
    observer.disconnect();
  };
}

function placesAround(element: Element): HTMLElement[] {
  const places: HTMLElement[] = [];
  for (let each = element.closest<HTMLElement>(PLACES); each !== null;) {
    if (each !== element) places.push(each);
    each = each.parentElement?.closest<HTMLElement>(PLACES) ?? null;
  }
  return places;
}

function focusOn(place: HTMLElement): void {
  const target = place.matches('main') ? (place.querySelector('h1') ?? place) : place;
  if (!target.hasAttribute('tabindex')) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}
