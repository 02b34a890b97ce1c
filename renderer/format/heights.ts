/** The height that the chain has about at a time, both in unix seconds; never below the tip. */
export function heightAt(time: number, now: number, tip: number, spacing: number): number {
  return tip + Math.max(0, Math.ceil((time - now) / spacing));
}

/** The time, in unix seconds, at which the chain reaches a height, if blocks arrive as planned. */
export function timeOf(height: number, now: number, tip: number, spacing: number): number {
  return now + Math.max(0, height - tip) * spacing;
}
