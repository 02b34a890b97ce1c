/** Whether a disk answers at all. A share whose server is gone can block a call of the system forever. */
import { stat } from 'node:fs/promises';
import { type Clock, systemClock } from './clock.ts';
import { KithError } from './errors.ts';

/** A disk that has to spin up, or a server that wakes up, answers within this time. */
const WAIT_MS = 10_000;

/** Whether the file system at a path answers within a time, by default 10 s. */
export type Answers = (path: string, waitMs?: number) => Promise<boolean>;

export interface AnswerDeps {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly stat: (path: string) => Promise<unknown>;
}

/**
 * Call it before any synchronous call for a path that may be on another disk. A path that has not answered is not asked again until
 * it has: each such call blocks a thread of Node.js.
 */
export function createAnswers({ clock, stat: ask }: AnswerDeps): Answers & { isWaiting(): boolean } {
  const waiting = new Map<string, Promise<true>>();
  function asked(path: string): Promise<true> {
    const running = waiting.get(path);
    if (running !== undefined) return running;
    const answer = (): true => {
      waiting.delete(path);
      return true;
    };
    const answered = ask(path).then(answer, answer);
    waiting.set(path, answered);
    return answered;
  }
  const answers: Answers = async (path, waitMs = WAIT_MS) => {
    const over = new AbortController();
    try {
      return await Promise.race([asked(path), clock.sleep(waitMs, over.signal).then(() => false)]);
    } finally {
      over.abort();
    }
  };
  return Object.assign(answers, { isWaiting: () => waiting.size > 0 });
}

const diskAnswers = createAnswers({ clock: systemClock, stat });
export const answers: Answers = diskAnswers;

/** @throws {KithError} `data-place-silent` */
export async function requireAnswer(path: string, answered: Answers): Promise<void> {
  if (!(await answered(path))) throw new KithError('data-place-silent', path, { data: { path } });
}

/** Work on a disk that was given up. */
const abandoned = new Set<Promise<unknown>>();

/** Waits for work on a disk, for a time. @returns whether it has ended; it rejects as the work does */
export async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const end = (): void => void abandoned.delete(work);
  abandoned.add(work);
  work.then(end, end);
  const over = new AbortController();
  try {
    return await Promise.race([work.then(() => true), systemClock.sleep(ms, over.signal).then(() => false)]);
  } finally {
    over.abort();
  }
}

/**
 * Ends this process immediately if a call of the system has not returned: no exit would end it, because it waits for that call. To be
 * called last, when nothing is left to store.
 */
export function endDespiteSilence(): void {
  if (diskAnswers.isWaiting() || abandoned.size > 0) process.kill(process.pid, 'SIGKILL');
}
