import type { Page } from '@playwright/test';

/** Faults of the page in a window of its size: parts that are too wide, text that is cut, controls that overlap. */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const nameOf = (element: Element): string =>
      `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> “${(element.textContent ?? '').trim().slice(0, 40)}”`;
    const dialog = [...document.querySelectorAll('dialog[open]')].at(-1);
    const top = dialog ?? document.body;
    const parts = [...top.querySelectorAll('*')].filter(
      (part) => part.checkVisibility({ visibilityProperty: true }) && part.closest('.aloud, svg') === null,
    );

    // `main` and dialogs scroll by themselves, so the document is never too wide.
    for (const scroller of [document.documentElement, ...document.querySelectorAll('main, dialog[open]')]) {
      const over = scroller.scrollWidth - scroller.clientWidth;
      if (over <= 0) continue;
      const edge = scroller.getBoundingClientRect().left + scroller.clientLeft + scroller.clientWidth;
      const widest = parts.filter((part) => part.getBoundingClientRect().right > edge + 0.5).at(-1);
      faults.push(`${scroller.tagName} is ${over} pixels too wide: ${widest ? nameOf(widest) : ''}`);
    }

    for (const part of parts) {
      const style = getComputedStyle(part);
      const isCut = ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis';
      const isField = part.matches('input, textarea, select, video, option');
      const overflows = part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0;
      if (overflows && !isField && (isCut || part.matches('button, a.button, label')))
        faults.push(`cut: ${nameOf(part)}`);
    }

    // What sticks to an edge, and what is scrolled out of sight, lies over other controls on purpose.
    const layerOf = (part: Element): Element | null => {
      for (let each: Element | null = part; each !== null; each = each.parentElement)
        if (each.matches('main, dialog') || /sticky|fixed|absolute/.test(getComputedStyle(each).position))
          return each;
      return null;
    };
    const controls = parts.filter((part) =>
      part.matches('button, a[href], input, select, textarea, summary'),
    );
    for (const [i, one] of controls.entries())
      for (const other of controls.slice(i + 1)) {
        if (one.contains(other) || other.contains(one) || layerOf(one) !== layerOf(other)) continue;
        const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 2 && high > 2) faults.push(`overlap: ${nameOf(one)} and ${nameOf(other)}`);
      }
    return faults;
  });
}

/** Faults of the content: lines that say too little or the same twice, circles that are squeezed, rows of which nothing is left. */
export function contentFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const textOf = (element: Element): string => (element.textContent ?? '').trim();
    const isShown = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true });
    for (const term of document.querySelectorAll('dt')) {
      if (!isShown(term)) continue;
      if (textOf(term) === '') faults.push(`a line without a name: “${textOf(term.parentElement!)}”`);
      const again = [...term.parentElement!.querySelectorAll('dd label:not(.aloud)')].find(
        (label) => textOf(label) === textOf(term),
      );
      if (again) faults.push(`the label “${textOf(again)}” is there twice`);
    }
    for (const part of document.querySelectorAll('main *, dialog[open] *')) {
      if (getComputedStyle(part).borderRadius !== '50%' || !isShown(part)) continue;
      const { width, height } = part.getBoundingClientRect();
      if (Math.abs(width - height) > 0.5) faults.push(`an oval: ${width} by ${height} pixels`);
    }
    // In a narrow window a row keeps what tells it from other rows.
    for (const row of document.querySelectorAll('tbody tr')) {
      const hidden = [...row.querySelectorAll('td.spare')].filter((cell) => !isShown(cell));
      const kept = [...row.querySelectorAll('td .narrow')].filter(isShown).map(textOf).join('');
      if (hidden.some((cell) => textOf(cell) !== '') && kept === '')
        faults.push(`hidden cells have no other place: “${hidden.map(textOf).join(', ')}”`);
    }
    if (document.querySelector('nav[aria-label="Main"] [aria-current]') === null)
      faults.push('no entry of the navigation is marked');
    return faults;
  });
}

/** Controls that cannot be seen in forced colours, without focus or with it. The page must have forced colours. */
export function forcedColourFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const nameOf = (element: Element): string =>
      `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> “${(element.textContent ?? element.getAttribute('aria-label') ?? '').trim().slice(0, 40)}”`;
    const dialog = [...document.querySelectorAll('dialog[open]')].at(-1);
    const top = dialog ?? document.querySelector('main')!;
    const controls = [
      ...top.querySelectorAll<HTMLElement>(
        'button, a[href], input, select, textarea, summary, [role="option"]',
      ),
    ].filter((each) => each.checkVisibility({ visibilityProperty: true }));
    const isDrawn = (width: string, style: string, colour: string): boolean =>
      Number.parseFloat(width) > 0 && style !== 'none' && !/^rgba\(.*, 0\)$|^transparent$/.test(colour);
    const hasBorder = (element: Element): boolean => {
      const style = getComputedStyle(element);
      return (['Top', 'Bottom'] as const).some((side) =>
        isDrawn(style[`border${side}Width`], style[`border${side}Style`], style[`border${side}Color`]),
      );
    };
    const hasRing = (element: Element): boolean => {
      const style = getComputedStyle(element);
      return isDrawn(style.outlineWidth, style.outlineStyle, style.outlineColor);
    };
    const before = document.activeElement;
    for (const control of controls) {
      const box = [control, control.parentElement!, control.closest('label') ?? control];
      const isFramed =
        !control.matches(
          '.button, [role="switch"], select, textarea, input:not([type="checkbox"], [type="range"])',
        ) ||
        control.matches('.quiet, .aloud') ||
        box.some(hasBorder);
      if (!isFramed) faults.push(`no border: ${nameOf(control)}`);
      if (control.matches(':disabled, [tabindex="-1"]')) continue;
      // An element that has the focus already would not show it anew.
      control.blur();
      control.focus({ preventScroll: true, focusVisible: true });
      if (document.activeElement === control && !box.some(hasRing))
        faults.push(`no ring: ${nameOf(control)}`);
    }
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    return faults;
  });
}
