import type { Display, Rectangle } from 'electron';
import { fieldsOf, readJson, writeJson } from './json-file.ts';

/** Where a window was when it was last used. */
export interface WindowState {
  /** The bounds of the window when it is not maximised. */
  readonly bounds: Rectangle;
  readonly maximized: boolean;
  /** Zoom level of the page: 0 is the default size, each step is 20 %. */
  readonly zoom: number;
}

/** The parts of a display that decide where a window fits. */
export type Area = Pick<Display, 'workArea' | 'scaleFactor'>;

/** The window's state for each arrangement of displays: a laptop alone, and the same one at a desk. */
export interface WindowStates {
  /** Null for an arrangement that is new. */
  read(arrangement: string): WindowState | null;
  /** Keeps the arrangements that were used last. A disk that cannot be written is not an error. */
  write(arrangement: string, state: WindowState): void;
}

export const MIN_SIZE = { width: 640, height: 480 } as const;
const DEFAULT_SIZE = { width: 1280, height: 800 } as const;
/** Part of the window that a user must be able to see and to grab, in pixels. */
const MIN_VISIBLE_PX = 64;
const MAX_ARRANGEMENTS = 20;
/** The range of Chromium: 25 % to 500 %. */
const MAX_ZOOM = 9;
const MAX_PIXELS = 100_000;
const VERSION = 1;

/** Identifies an arrangement of displays by their areas and scale factors; ids differ after every restart. */
export function arrangementOf(displays: readonly Area[]): string {
  return displays
    .map(
      ({ workArea: { x, y, width, height }, scaleFactor }) => `${x},${y},${width}x${height}@${scaleFactor}`,
    )
    .sort()
    .join(' ');
}

/**
 * The bounds, moved and made smaller so that the whole window is on one display. Without bounds, or if they are off screen:
 * the default size in the middle of the first display.
 */
export function fitBounds(bounds: Rectangle | null, displays: readonly Area[]): Rectangle {
  const first = displays[0]?.workArea ?? { x: 0, y: 0, ...DEFAULT_SIZE };
  const overlaps = displays.map(({ workArea }) => ({
    workArea,
    overlap: bounds === null ? { width: 0, height: 0 } : overlapOf(bounds, workArea),
  }));
  const visible = overlaps
    .filter(({ overlap: { width, height } }) => width >= MIN_VISIBLE_PX && height >= MIN_VISIBLE_PX)
    .sort((a, b) => b.overlap.width * b.overlap.height - a.overlap.width * a.overlap.height)[0];
  if (bounds === null || visible === undefined) return centred(first);
  const area = visible.workArea;
  const width = Math.min(Math.max(bounds.width, MIN_SIZE.width), area.width);
  const height = Math.min(Math.max(bounds.height, MIN_SIZE.height), area.height);
  return {
    x: between(bounds.x, area.x, area.x + area.width - width),
    y: between(bounds.y, area.y, area.y + area.height - height),
    width,
    height,
  };
}

function centred(area: Rectangle): Rectangle {
  const width = Math.min(DEFAULT_SIZE.width, area.width);
  const height = Math.min(DEFAULT_SIZE.height, area.height);
  return {
    x: Math.round(area.x + (area.width - width) / 2),
    y: Math.round(area.y + (area.height - height) / 2),
    width,
    height,
  };
}

function overlapOf(a: Rectangle, b: Rectangle): { readonly width: number; readonly height: number } {
  return {
    width: Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)),
    height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)),
  };
}

const between = (value: number, least: number, most: number): number =>
  Math.max(least, Math.min(value, most));

/** The states in a file. What another program or an earlier version wrote into it counts as no state. */
export function createWindowStates(file: string, onError: (error: unknown) => void): WindowStates {
  const known = readStates(readJson(file));
  return {
    read: (arrangement) => known.get(arrangement) ?? null,
    write(arrangement, state) {
      if (JSON.stringify(known.get(arrangement)) === JSON.stringify(state)) return;
      // The arrangement that was used last stands at the end.
      known.delete(arrangement);
      known.set(arrangement, state);
      for (const oldest of [...known.keys()].slice(0, -MAX_ARRANGEMENTS)) known.delete(oldest);
      try {
        writeJson(file, { version: VERSION, arrangements: Object.fromEntries(known) });
      } catch (error) {
        onError(error);
      }
    },
  };
}

function readStates(value: unknown): Map<string, WindowState> {
  const { version, arrangements } = fieldsOf(value);
  const found = new Map<string, WindowState>();
  if (version !== VERSION) return found;
  for (const [arrangement, each] of Object.entries(fieldsOf(arrangements)).slice(-MAX_ARRANGEMENTS)) {
    const { bounds, maximized, zoom } = fieldsOf(each);
    const { x, y, width, height } = fieldsOf(bounds);
    if (!isPixels(x) || !isPixels(y) || !isPixels(width) || !isPixels(height)) continue;
    const level = typeof zoom === 'number' && Math.abs(zoom) <= MAX_ZOOM ? zoom : 0;
    found.set(arrangement, {
      bounds: { x, y, width, height },
      maximized: maximized === true,
      zoom: level,
    });
  }
  return found;
}

const isPixels = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) <= MAX_PIXELS;
