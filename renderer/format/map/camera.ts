/** What part of a drawing of a given size is visible: screen = drawing × scale + (x, y). */
export interface Camera {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How far one can zoom in, relative to the whole drawing. */
const MAX_ZOOM = 12;
/** One step of a button or key. */
export const ZOOM_STEP = 1.5;

/** Shows the whole drawing, in the middle of the view. */
export function fit(drawing: Size, view: Size): Camera {
  const scale = Math.min(view.width / drawing.width, view.height / drawing.height);
  return {
    scale,
    x: (view.width - drawing.width * scale) / 2,
    y: (view.height - drawing.height * scale) / 2,
  };
}

export const toScreen = (camera: Camera, point: Point): Point => ({
  x: point.x * camera.scale + camera.x,
  y: point.y * camera.scale + camera.y,
});

export const toDrawing = (camera: Camera, point: Point): Point => ({
  x: (point.x - camera.x) / camera.scale,
  y: (point.y - camera.y) / camera.scale,
});

/** Zooms by a factor; the point of the drawing below `at` stays where it is, unless the edge would leave the view. */
export function zoom(camera: Camera, factor: number, at: Point, drawing: Size, view: Size): Camera {
  const least = fit(drawing, view).scale;
  const scale = Math.min(least * MAX_ZOOM, Math.max(least, camera.scale * factor));
  const fixed = toDrawing(camera, at);
  return inside({ scale, x: at.x - fixed.x * scale, y: at.y - fixed.y * scale }, drawing, view);
}

export function pan(camera: Camera, by: Point, drawing: Size, view: Size): Camera {
  return inside({ ...camera, x: camera.x + by.x, y: camera.y + by.y }, drawing, view);
}

/** Moves a point of the drawing to the middle of the view, at least at this zoom. */
export function centre(camera: Camera, on: Point, leastZoom: number, drawing: Size, view: Size): Camera {
  const scale = Math.max(camera.scale, fit(drawing, view).scale * leastZoom);
  return inside(
    { scale, x: view.width / 2 - on.x * scale, y: view.height / 2 - on.y * scale },
    drawing,
    view,
  );
}

/** A drawing that is larger than the view covers it; a smaller one is in its middle. */
function inside(camera: Camera, drawing: Size, view: Size): Camera {
  const along = (at: number, drawn: number, seen: number): number =>
    drawn <= seen ? (seen - drawn) / 2 : Math.min(0, Math.max(seen - drawn, at));
  return {
    scale: camera.scale,
    x: along(camera.x, drawing.width * camera.scale, view.width),
    y: along(camera.y, drawing.height * camera.scale, view.height),
  };
}
