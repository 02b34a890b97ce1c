/** A point relative to a centre, in pixels. */
export interface Offset {
  readonly x: number;
  readonly y: number;
}

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/**
 * Places `count` marks around a centre without overlap, on a sunflower spiral: the same count always gives the same places.
 * `spacing` is the distance between neighbours. A single mark is at the centre.
 */
export function spreadAround(count: number, spacing: number): readonly Offset[] {
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return { x: 0, y: 0 };
    const radius = spacing * 0.95 * Math.sqrt(i);
    const angle = i * GOLDEN_ANGLE - Math.PI / 2;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
}

/** Radius of a circle around the centre that contains all places of so many marks. */
export const spreadRadius = (count: number, spacing: number): number =>
  count <= 1 ? 0 : spacing * 0.95 * Math.sqrt(count - 1);
