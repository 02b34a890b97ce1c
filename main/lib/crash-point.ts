/**
 * A hook for the chaos test: kills this process with SIGKILL right after its Nth write. Off, and one comparison a
 * write, unless KITH_CRASH_AFTER says N; with KITH_CRASH_ARM=signal it counts only from the first SIGUSR2 on.
 */
let left = readLimit(process.env['KITH_CRASH_AFTER']);

if (left < Infinity && process.env['KITH_CRASH_ARM'] === 'signal') {
  const limit = left;
  left = Infinity;
  process.once('SIGUSR2', () => {
    left = limit;
  });
}

/** Call it right after a write reached the operating system. */
export function crashPoint(): void {
  if (--left <= 0) process.kill(process.pid, 'SIGKILL');
}

function readLimit(text: string | undefined): number {
  const limit = Number(text);
  return text !== undefined && Number.isSafeInteger(limit) && limit > 0 ? limit : Infinity;
}
