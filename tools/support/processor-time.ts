/** What the programs that this process started have cost. */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';

const STAT = '/proc/self/stat';
/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;
let countedSeconds = 0;

/**
 * Seconds of processor time of the child processes that have ended since the last call, with all that they waited for;
 * null where the system does not report it.
 */
export function childSeconds(): number | null {
  if (!existsSync(STAT)) return null;
  // The name of the program may contain spaces. After it come fields 3 and up; 16 and 17 are of the children.
  const fields = readFileSync(STAT, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const seconds = (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  const since = seconds - countedSeconds;
  countedSeconds = seconds;
  return since;
}

/** `391 s, 520 s of processor time (66 % of 2 cores)`. */
export function costSentence(wallMs: number, processorSeconds: number | null): string {
  const wall = Math.max(1, Math.round(wallMs / 1000));
  if (processorSeconds === null) return `${wall} s`;
  const cores = os.availableParallelism();
  const share = Math.round((100 * processorSeconds) / wall / cores);
  return `${wall} s, ${Math.round(processorSeconds)} s of processor time (${share} % of ${cores} cores)`;
}
