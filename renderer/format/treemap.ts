/** A rectangle in the coordinates of the given area. */
export interface Tile<T> {
  readonly item: T;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Squarified treemap (Bruls, Huizing, van Wijk 2000): tiles with areas in proportion to `weight`, as square as
 * possible, in the given order from the top left. Weights must be above zero. Takes linear time.
 */
export function treemap<T>(
  items: readonly T[],
  weight: (item: T) => number,
  width: number,
  height: number,
): Tile<T>[] {
  const total = items.reduce((sum, item) => sum + weight(item), 0);
  if (total <= 0) return [];
  const scale = (width * height) / total;
  const tiles: Tile<T>[] = [];
  let area: Area = { x: 0, y: 0, width, height };
  let row: { item: T; size: number }[] = [];
  for (const item of items) {
    const next = [...row, { item, size: weight(item) * scale }];
    const side = Math.min(area.width, area.height);
    if (row.length > 0 && worst(next, side) > worst(row, side)) {
      area = layRow(row, area, tiles);
      row = [{ item, size: weight(item) * scale }];
    } else row = next;
  }
  layRow(row, area, tiles);
  return tiles;
}

/** The worst aspect ratio of the tiles in a row along `side`. */
function worst(row: readonly { size: number }[], side: number): number {
  const sum = row.reduce((all, { size }) => all + size, 0);
  const sizes = row.map(({ size }) => size);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
}

function layRow<T>(row: readonly { item: T; size: number }[], area: Area, tiles: Tile<T>[]): Area {
  const sum = row.reduce((all, { size }) => all + size, 0);
  const upright = area.width >= area.height;
  const thick = sum / (upright ? area.height : area.width) || 0;
  let along = 0;
  for (const { item, size } of row) {
    const long = size / thick || 0;
    tiles.push(
      upright
        ? { item, x: area.x, y: area.y + along, width: thick, height: long }
        : { item, x: area.x + along, y: area.y, width: long, height: thick },
    );
    along += long;
  }
  return upright
    ? { ...area, x: area.x + thick, width: area.width - thick }
    : { ...area, y: area.y + thick, height: area.height - thick };
}
