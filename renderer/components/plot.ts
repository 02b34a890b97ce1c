import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** One line of a plot. Colours and the font are read when it is drawn, because they change with the theme. */
export interface PlotStyle {
  /** Of the lines, in their order. */
  readonly lines: readonly string[];
  readonly text: string;
  readonly grid: string;
  readonly family: string;
  /** In CSS pixels. */
  readonly fontSize: number;
  /** False where the system decides about colours. */
  readonly isFilled: boolean;
}

export interface PlotOptions {
  readonly box: HTMLElement;
  readonly lines: number;
  readonly style: () => PlotStyle;
  readonly top: (most: number) => number;
  readonly tickTexts: (ticks: readonly number[]) => string[];
  readonly timeTick: (time: number, step: number) => string;
  /** Whether only whole numbers are ticks. */
  readonly isWhole: boolean;
}

export interface PlotPoints {
  readonly from: number;
  readonly to: number;
  readonly times: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
}

/** A drawing of lines over time, on a canvas; everything around it is the page's. */
export interface Plot {
  draw(points: PlotPoints): void;
  /** Draws again with the colours of now. */
  restyle(): void;
  /** Marks a point; null for none. */
  mark(time: number | null): void;
  resize(width: number, height: number): void;
  /** The time at a distance in CSS pixels from the left edge of the window. */
  timeAt(clientX: number): number;
  destroy(): void;
}

/** The dashes of the lines, so that they differ without colours. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3]];

const TICK_GAP = 6;
const RIGHT_MARGIN = 12;

export function createPlot(options: PlotOptions): Plot {
  const { box } = options;
  let ends = { from: 0, to: 1 };
  const plot = new uPlot(
    optionsOf(options, () => ends),
    emptyData(options.lines),
    box,
  );
  return {
    draw({ from, to, times, values }) {
      ends = { from, to };
      plot.setData([[...times], ...values.map((column) => [...column])]);
    },
    restyle: () => plot.redraw(false, true),
    mark(time) {
      const left = time === null ? -10 : plot.valToPos(time, 'x');
      plot.setCursor({ left, top: time === null ? -10 : 0 }, false);
    },
    resize: (width, height) => plot.setSize({ width, height }),
    timeAt: (clientX) => plot.posToVal(clientX - plot.over.getBoundingClientRect().left, 'x'),
    destroy: () => plot.destroy(),
  };
}

const emptyData = (lines: number): uPlot.AlignedData => [[], ...Array.from({ length: lines }, () => [])];

function optionsOf(options: PlotOptions, ends: () => { from: number; to: number }): uPlot.Options {
  const { box, lines, style } = options;
  return {
    width: box.clientWidth,
    height: box.clientHeight,
    legend: { show: false },
    padding: [8, RIGHT_MARGIN, 0, 0],
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 7, width: 2 },
      bind: UNBOUND,
    },
    scales: {
      x: { time: true, range: () => [ends().from, ends().to] },
      y: { range: (_plot, _least, most) => [0, options.top(most ?? 0)] },
    },
    axes: [timeAxis(options), valueAxis(options)],
    series: [
      {},
      ...Array.from({ length: lines }, (_, i): uPlot.Series => ({
        stroke: () => style().lines[i] ?? style().text,
        width: 1.75,
        dash: [...(DASHES[i] ?? [])],
        // A value between two gaps is no line, so it is a dot.
        points: { show: false, filter: lonelyPoints, size: 4, fill: () => style().lines[i] ?? style().text },
        ...(lines === 1 && { fill: () => (style().isFilled ? faint(style().lines[0]!) : 'transparent') }),
      })),
    ],
  };
}

/** The page handles pointer and keyboard. */
const unbound = () => null;
const UNBOUND: uPlot.Cursor.Bind = {
  mousedown: unbound,
  mouseup: unbound,
  click: unbound,
  dblclick: unbound,
  mousemove: unbound,
  mouseleave: unbound,
  mouseenter: unbound,
};

function lonelyPoints(plot: uPlot, series: number): number[] {
  const column = plot.data[series] ?? [];
  const has = (i: number): boolean => (column[i] ?? null) !== null;
  return Array.from(column, (_, i) => i).filter((i) => has(i) && !has(i - 1) && !has(i + 1));
}

function timeAxis(options: PlotOptions): uPlot.Axis {
  const { style, timeTick } = options;
  return {
    ...commonAxis(options),
    space: () => 5.5 * style().fontSize + 16,
    size: style().fontSize + TICK_GAP + 4,
    grid: { show: false },
    values: (plot, ticks, _axis, _space, step) =>
      ticks.map((tick) => (isCutOff(plot, tick, style().fontSize) ? '' : timeTick(tick, step))),
  };
}

/** Whether the text of a tick would be cut at the right edge. */
function isCutOff(plot: uPlot, tick: number, fontSize: number): boolean {
  const width = plot.bbox.width / uPlot.pxRatio;
  // Half of "10:08 PM", of which the margin has a part.
  return width > 0 && plot.valToPos(tick, 'x') > width + RIGHT_MARGIN - 2.4 * fontSize;
}

function valueAxis(options: PlotOptions): uPlot.Axis {
  const { style, tickTexts, isWhole } = options;
  return {
    ...commonAxis(options),
    space: 32,
    ...(isWhole && {
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7, 1e8],
    }),
    values: (_plot, ticks) => tickTexts(ticks),
    size: (plot, texts) => {
      plot.ctx.save();
      plot.ctx.font = `${style().fontSize}px ${style().family}`;
      const widest = Math.max(0, ...(texts ?? []).map((text) => plot.ctx.measureText(text).width));
      plot.ctx.restore();
      return Math.ceil(widest) + TICK_GAP + 4;
    },
  };
}

function commonAxis({ style }: PlotOptions): uPlot.Axis {
  return {
    stroke: () => style().text,
    font: `${style().fontSize}px ${style().family}`,
    gap: TICK_GAP,
    ticks: { show: false },
    grid: { stroke: () => style().grid, width: 1 },
    border: { show: true, stroke: () => style().grid, width: 1 },
  };
}

/** A colour as `getComputedStyle` gives it, nearly transparent. */
const faint = (colour: string): string => colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)');
