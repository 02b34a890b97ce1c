import type { Camera, Point, Size } from '../../format/map/camera.ts';
import type { Palette } from './palette.ts';

/** Something on a map that can be pointed at and chosen. */
export interface Mark {
  readonly id: string;
  /** Position on the drawing, and from there in pixels of the screen. */
  readonly at: Point;
  readonly offset: Point;
  /** In pixels of the screen. */
  readonly radius: number;
  /** What is said of it. */
  readonly words: string;
}

/** How a map is seen at the moment. */
export interface View {
  readonly camera: Camera;
  readonly size: Size;
  readonly palette: Palette;
  /** Ids of marks. */
  readonly hovered: string | null;
  readonly selected: string | null;
}

/** A map that `MapCanvas` shows. */
export interface Scene {
  readonly size: Size;
  readonly marks: readonly Mark[];
  /** Draws all of it; the canvas has the colour of the ground already. */
  draw(context: CanvasRenderingContext2D, view: View): void;
}
