/** The colours of a canvas, which knows no style sheet. */
export interface Palette {
  readonly ground: string;
  readonly land: string;
  readonly border: string;
  /** Outlines of marks. */
  readonly edge: string;
  readonly ink: string;
  readonly muted: string;
  readonly mark: string;
  readonly soft: string;
  readonly onMark: string;
}

const TOKENS: Readonly<Record<keyof Palette, string>> = {
  ground: 'var(--surface)',
  land: 'var(--line)',
  border: 'var(--surface)',
  edge: 'var(--line-strong)',
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  mark: 'var(--accent)',
  soft: 'var(--accent-soft)',
  onMark: 'var(--on-accent)',
};

/** Under forced colours the system does not change what a canvas draws, so it is drawn in the colours of the system. */
const SYSTEM: Readonly<Record<keyof Palette, string>> = {
  ground: 'Canvas',
  land: 'Canvas',
  border: 'GrayText',
  edge: 'CanvasText',
  ink: 'CanvasText',
  muted: 'CanvasText',
  mark: 'Highlight',
  soft: 'Canvas',
  onMark: 'HighlightText',
};

export const FORCED_COLOURS = '(forced-colors: active)';

/** The colours as they are inside of `host` now: tokens have one value for each theme. */
export function readPalette(host: HTMLElement): Palette {
  const names = matchMedia(FORCED_COLOURS).matches ? SYSTEM : TOKENS;
  const probe = document.createElement('span');
  host.append(probe);
  const read = (value: string): string => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const palette = Object.fromEntries(Object.entries(names).map(([name, value]) => [name, read(value)]));
  probe.remove();
  return palette as unknown as Palette;
}

/** Calls back when the theme, the contrast or forced colours change. Returns a function that ends it. */
export function onPaletteChange(changed: () => void): () => void {
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', FORCED_COLOURS].map((query) =>
    matchMedia(query),
  );
  for (const query of queries) query.addEventListener('change', changed);
  // The theme that the user has chosen is an attribute of the document.
  const theme = new MutationObserver(changed);
  theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    for (const query of queries) query.removeEventListener('change', changed);
    theme.disconnect();
  };
}
