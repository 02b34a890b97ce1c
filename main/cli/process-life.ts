/** How a long-running command ends: by a signal, by a bug, or because its stop takes too long. */

export interface ProcessLife {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP, or when something calls `end`. */
  readonly signal: AbortSignal;
  end(): void;
}

/**
 * If another signal arrives this long after the first one, the process ends immediately. One Ctrl-C often arrives
 * twice, also through npm.
 */
const SECOND_SIGNAL_MS = 2_000;
const FORCED_EXIT_CODE = 130;

export interface ProcessLifeDeps {
  /** Called for an uncaught exception; the process then exits with 1. */
  readonly onCrash: (error: unknown) => void;
}

export function followProcess({ onCrash }: ProcessLifeDeps): ProcessLife {
  const controller = new AbortController();
  const end = () => controller.abort();
  let firstSignal = Infinity;
  const onSignal = () => {
    if (performance.now() - firstSignal > SECOND_SIGNAL_MS) process.exit(FORCED_EXIT_CODE);
    firstSignal = Math.min(firstSignal, performance.now());
    end();
  };
  const crash = (error: unknown) => {
    try {
      onCrash(error);
    } finally {
      process.exit(1);
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  return { signal: controller.signal, end };
}

/** Whether the work ended within this time. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
