/** How long something still takes, as text from a range of seconds: the node and the page use the same words. */

interface Unit {
  readonly seconds: number;
  readonly one: string;
  readonly many: string;
  /** Ranges that end below this many seconds are in this unit. */
  readonly below: number;
  /** Numbers are multiples of it. */
  readonly step: number;
}

const UNITS: readonly Unit[] = [
  { seconds: 1, one: 'second', many: 'seconds', below: 90, step: 5 },
  { seconds: 60, one: 'minute', many: 'minutes', below: 90 * 60, step: 1 },
  { seconds: 3600, one: 'hour', many: 'hours', below: 36 * 3600, step: 1 },
  { seconds: 86_400, one: 'day', many: 'days', below: Infinity, step: 1 },
];
/** Below this a number of seconds would change while it is read. */
const FEW_SECONDS = 10;

/** `a few seconds`, `20 to 45 seconds`, `about 4 minutes`, `less than 1 hour`. */
export function restWords({ from, to }: { readonly from: number; readonly to: number }): string {
  if (to < FEW_SECONDS) return 'a few seconds';
  const unit = UNITS.find(({ below }) => to < below)!;
  const [least, most] = [Math.floor, Math.ceil].map((round, i) => {
    const steps = [from, to][i]! / unit.seconds / unit.step;
    return round(steps) * unit.step;
  }) as [number, number];
  if (least === most) return `about ${counted(most, unit)}`;
  return least === 0 ? `less than ${counted(most, unit)}` : `${least} to ${counted(most, unit)}`;
}

const counted = (count: number, { one, many }: Unit): string => `${count} ${count === 1 ? one : many}`;
