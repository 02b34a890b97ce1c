import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newDirectory } from '../chain/test-chain.ts';

/** The wall clock of a node in a process of its own, for a test to set. */
export interface SettableClock {
  /** For `startNodeProcess`. */
  readonly env: Readonly<Record<string, string>>;
  /** So many seconds ahead of the right time from now on; negative is behind. */
  set(seconds: number): void;
}

const FIXTURE = new URL('../fixtures/set-clock.mjs', import.meta.url).href;

export function settableClock(seconds = 0): SettableClock {
  const file = join(newDirectory(), 'clock');
  const set = (ahead: number) => writeFileSync(file, String(ahead));
  set(seconds);
  return { env: { NODE_OPTIONS: `--import=${FIXTURE}`, CLOCK_FILE: file }, set };
}
