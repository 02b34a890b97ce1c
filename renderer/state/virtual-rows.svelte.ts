import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type Range,
  Virtualizer,
} from '@tanstack/virtual-core';
import { tick, untrack } from 'svelte';
import { track } from './track.ts';

/** A row that is drawn, and the pixels of the rows between the one before and it, which are not. */
export interface VirtualRow {
  readonly index: number;
  readonly gap: number;
}

/** The rows of a long list that are in sight or near it, and the pixels after the last of them. */
export interface VirtualRows {
  readonly rows: readonly VirtualRow[];
  readonly after: number;
}

/** A list that grows at its start: what a person reads stays in its place. */
export interface VirtualList {
  /** The element around all rows, once it is there; what scrolls is the nearest `main` around it. */
  list(): HTMLElement | null;
  count(): number;
  /** In pixels. All rows have the same height. */
  rowHeight(): number;
  /** A row that stays although it is out of sight, because it has the focus. */
  kept(): number | null;
}

/** Rows on each side of the window, so that Tab always finds the next one. */
const OVERSCAN = 10;

/** Must be called inside a component. */
export function createVirtualRows({ list, count, rowHeight, kept }: VirtualList): VirtualRows {
  let rows = $state.raw<readonly VirtualRow[]>([]);
  let after = $state(0);

  $effect(() => {
    const element = list();
    const scroller = element?.closest<HTMLElement>('main');
    if (!element || !scroller) return undefined;
    // A new virtualizer would scroll to the start, so it is made once.
    return untrack(() => follow(element, scroller));
  });

  function follow(element: HTMLElement, scroller: HTMLElement): () => void {
    const options = () => ({
      count: count(),
      estimateSize: rowHeight,
      getScrollElement: () => scroller,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      overscan: OVERSCAN,
      rangeExtractor: (range: Range) => withKept(defaultRangeExtractor(range), kept(), range.count),
      scrollMargin: distance(element, scroller),
      initialOffset: scroller.scrollTop,
      onChange: show,
    });
    const virtualizer = new Virtualizer<HTMLElement, HTMLElement>(options());
    const unmount = virtualizer._didMount();

    function show(): void {
      let end = virtualizer.options.scrollMargin;
      rows = virtualizer.getVirtualItems().map((item) => {
        const gap = item.start - end;
        ({ end } = item);
        return { index: item.index, gap };
      });
      after = virtualizer.options.scrollMargin + virtualizer.getTotalSize() - end;
    }
    function update(): void {
      virtualizer.setOptions(options());
      virtualizer._willUpdate();
      show();
    }

    // What is above the list changes its place: charts that load, a note, a narrower window.
    const sizes = new ResizeObserver(update);
    for (const each of [scroller, ...scroller.children]) sizes.observe(each);
    let counted = count();
    let measuredFor = rowHeight();
    $effect(() => {
      track(kept());
      const grown = count() - counted;
      counted += grown;
      if (measuredFor !== rowHeight()) virtualizer.measure();
      measuredFor = rowHeight();
      const isInside = scroller.scrollTop > distance(element, scroller);
      untrack(update);
      // After the rows are drawn, when what scrolls is as high as they need.
      if (grown !== 0 && isInside) void tick().then(() => (scroller.scrollTop += grown * measuredFor));
    });
    return () => {
      sizes.disconnect();
      unmount();
    };
  }

  return {
    get rows() {
      return rows;
    },
    get after() {
      return after;
    },
  };
}

/** From the start of what scrolls to the list. */
const distance = (element: HTMLElement, scroller: HTMLElement): number =>
  element.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;

function withKept(indexes: number[], kept: number | null, count: number): number[] {
  if (kept === null || kept < 0 || kept >= count || indexes.includes(kept)) return indexes;
  return [...indexes, kept].sort((a, b) => a - b);
}
