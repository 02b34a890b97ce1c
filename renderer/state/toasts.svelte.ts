export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
  /** A newer toast on the same topic replaces this one. */
  readonly topic: string | undefined;
}

/**
 * Short messages at the edge of the window, which screen readers read, one at a time: what the page does not show otherwise.
 * They contain no questions.
 */
export interface Toasts {
  /** The message of now; null for none. */
  readonly shown: Toast | null;
  say(text: string, tone?: Toast['tone'], topic?: string): void;
  dismiss(id: number): void;
}

const SHOWN_MS = 6000;
/** Messages that wait for the one that is shown. Of more the oldest is dropped, a failure last: no other place shows it. */
const MAX_WAITING = 3;

export function createToasts(): Toasts {
  let shown = $state.raw<Toast | null>(null);
  let waiting: readonly Toast[] = [];
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(toast: Toast | null): void {
    clearTimeout(timer);
    shown = toast;
    if (toast !== null) timer = setTimeout(next, SHOWN_MS);
  }
  function next(): void {
    const [first = null, ...rest] = waiting;
    waiting = rest;
    show(first);
  }
  /** Failures first: other people can cause any number of messages, by paying. */
  function wait(toast: Toast): void {
    const all = [...waiting, toast];
    const [bad, rest] = [true, false].map((isBad) =>
      all.filter(({ tone }) => (tone === 'bad') === isBad),
    ) as [Toast[], Toast[]];
    const failures = bad.slice(-MAX_WAITING);
    const room = MAX_WAITING - failures.length;
    waiting = [...failures, ...(room > 0 ? rest.slice(-room) : [])];
  }
  const isAbout = (topic: string | undefined, toast: Toast | null): boolean =>
    topic !== undefined && toast?.topic === topic;

  return {
    get shown() {
      return shown;
    },
    say(text, tone = 'plain', topic) {
      last += 1;
      const toast = { id: last, text, tone, topic };
      waiting = waiting.filter((each) => !isAbout(topic, each));
      if (shown === null || isAbout(topic, shown)) show(toast);
      else wait(toast);
    },
    dismiss(id) {
      if (shown?.id === id) next();
    },
  };
}
