export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
  /** A newer toast on the same topic replaces this one. */
  readonly topic: string | undefined;
}

/** Short messages at the edge of the window, which screen readers read. They contain no questions. */
export interface Toasts {
  readonly shown: readonly Toast[];
  say(text: string, tone?: Toast['tone'], topic?: string): void;
  dismiss(id: number): void;
}

const SHOWN_MS = 6000;
const MAX_TOASTS = 3;

export function createToasts(): Toasts {
  let shown = $state.raw<readonly Toast[]>([]);
  let last = 0;
  const dismiss = (id: number): void => {
    shown = shown.filter((toast) => toast.id !== id);
  };
  return {
    get shown() {
      return shown;
    },
    say: (text, tone = 'plain', topic) => {
      last += 1;
      const id = last;
      const others = shown.filter((toast) => topic === undefined || toast.topic !== topic);
      shown = [...others, { id, text, tone, topic }].slice(-MAX_TOASTS);
      setTimeout(() => dismiss(id), SHOWN_MS);
    },
    dismiss,
  };
}
