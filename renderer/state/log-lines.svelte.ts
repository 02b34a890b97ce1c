import type { LogLine } from '../../shared/contract/node.ts';
import type { LogLevel } from '../../shared/contract/vocabulary.ts';
import type { AppState } from './app.svelte.ts';
import { follow } from './follow.ts';

/** A line with a number that stays, so that the list is not drawn again for each new line. */
export interface NumberedLine extends LogLine {
  readonly number: number;
}

/** The log as the node writes it. */
export interface LiveLog {
  /** The newest lines, oldest first; at most {@link MAX_LOG_LINES}. */
  readonly lines: readonly NumberedLine[];
  /** Whether the first lines have arrived. */
  readonly begun: boolean;
  /** How many lines came while paused; as many as are kept at most. */
  readonly waiting: number;
  isPaused: boolean;
}

export const MAX_LOG_LINES = 1000;
/** Lines of this time are shown together: a burst of them would otherwise draw the list for each. */
const TOGETHER_MS = 150;

/** Must be called inside a component. A change of the level begins the log again. */
export function createLiveLog(app: Pick<AppState, 'client' | 'connection'>, level: () => LogLevel): LiveLog {
  let lines = $state.raw<readonly NumberedLine[]>([]);
  let begun = $state(false);
  let isPaused = $state(false);
  let waiting = $state(0);
  let arrived: NumberedLine[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let number = 0;

  function show(): void {
    timer = undefined;
    begun = true;
    if (isPaused) {
      waiting = arrived.length;
      return;
    }
    lines = [...lines, ...arrived].slice(-MAX_LOG_LINES);
    arrived = [];
    waiting = 0;
  }
  const later = () => (timer ??= setTimeout(show, TOGETHER_MS));

  $effect(() => {
    const least = level();
    const stop = follow<LogLine>(
      app.connection,
      (signal) => {
        // The stream begins with the newest lines again.
        arrived = [];
        lines = [];
        later();
        return app.client.node.watchLog({ level: least }, { signal });
      },
      (line) => {
        arrived.push({ ...line, number: number++ });
        if (arrived.length > MAX_LOG_LINES) arrived.shift();
        later();
      },
    );
    return () => {
      stop();
      clearTimeout(timer);
      timer = undefined;
    };
  });

  return {
    get lines() {
      return lines;
    },
    get begun() {
      return begun;
    },
    get waiting() {
      return waiting;
    },
    get isPaused() {
      return isPaused;
    },
    set isPaused(value) {
      isPaused = value;
      if (!value) show();
    },
  };
}
