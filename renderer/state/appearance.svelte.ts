import { onRemembered, remember, remembered } from './memory.ts';

export const CONTRASTS = ['system', 'more'] as const;
export const TEXT_SIZES = ['small', 'normal', 'large', 'larger'] as const;
export type Contrast = (typeof CONTRASTS)[number];
export type TextSize = (typeof TEXT_SIZES)[number];

/** Contrast and size of the text, beside the theme. The style sheet reads them from the root element (tokens.css). */
export interface Appearance {
  contrast: Contrast;
  text: TextSize;
}

export function createAppearance(): Appearance {
  let contrast = $state<Contrast>(chosen(CONTRASTS, remembered('contrast'), 'system'));
  let text = $state<TextSize>(chosen(TEXT_SIZES, remembered('text'), 'normal'));
  const apply = (): void => {
    mark('contrast', contrast, 'system');
    mark('text', text, 'normal');
  };
  apply();
  onRemembered('contrast', (value) => {
    contrast = chosen(CONTRASTS, value, 'system');
    apply();
  });
  onRemembered('text', (value) => {
    text = chosen(TEXT_SIZES, value, 'normal');
    apply();
  });
  return {
    get contrast() {
      return contrast;
    },
    set contrast(next) {
      contrast = next;
      apply();
      remember('contrast', next);
    },
    get text() {
      return text;
    },
    set text(next) {
      text = next;
      apply();
      remember('text', next);
    },
  };
}

/** The storage of a browser may contain anything. */
function chosen<T extends string>(values: readonly T[], saved: string | null, otherwise: T): T {
  return values.find((value) => value === saved) ?? otherwise;
}

function mark(name: string, value: string, byDefault: string): void {
  document.documentElement.toggleAttribute(`data-${name}`, value !== byDefault);
  if (value !== byDefault) document.documentElement.setAttribute(`data-${name}`, value);
}
