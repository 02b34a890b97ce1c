/** How long a test waits for an event: on a busy machine it comes late. */
const LONGEST_MS = 60_000;

/** Waits until `what` gives something truthy, and gives that; fails with `why` when it takes too long. */
export async function until<T>(
  what: () => T | Promise<T>,
  why: string,
  { ms = LONGEST_MS, every = 20 }: { ms?: number; every?: number } = {},
): Promise<NonNullable<T>> {
  const latest = performance.now() + ms;
  for (;;) {
    const got = await what();
    if (got) return got;
    if (performance.now() > latest) throw new Error(`waited ${ms} ms in vain: ${why}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
