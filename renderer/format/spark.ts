import type { ChartData } from './chart.ts';

/**
 * The path of one column of a chart in a box of `width` × `height`, from 0 to its largest value or `atLeast`. It has gaps where
 * nothing was measured; a value between two gaps is a short stroke.
 */
export function sparkPath(
  { from, to, times, values }: ChartData,
  column: number,
  box: { readonly width: number; readonly height: number; readonly atLeast: number },
): string {
  const { width, height, atLeast } = box;
  const most = Math.max(atLeast, ...(values[column] ?? []).map((value) => value ?? 0));
  const parts: string[] = [];
  let isDrawing = false;
  times.forEach((time, i) => {
    const value = values[column]?.[i] ?? null;
    if (value !== null) {
      const x = (((Math.max(from, time) - from) / (to - from)) * width).toFixed(1);
      const y = (height - (most > 0 ? value / most : 0) * height).toFixed(1);
      parts.push(isDrawing ? `L${x} ${y}` : `M${x} ${y}h0.5`);
    }
    isDrawing = value !== null;
  });
  return parts.join('');
}
