/** The messages between the page and the worker of the topology map. */
import type { Point } from '../../format/map/camera.ts';

export interface LayoutRequest {
  /** What stays where it is: the node and its peers. */
  readonly fixed: readonly Point[];
  readonly groups: readonly (Point & { readonly radius: number })[];
  /** Indexes into `fixed` and, after those, `groups`. */
  readonly links: readonly (readonly [number, number])[];
  /** Width of the picture for a height of 1. */
  readonly stretch: number;
}

export type LayoutReply = readonly Point[];
