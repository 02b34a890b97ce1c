/** Waits until `what` gives something truthy, and gives that; fails with `why` when it takes too long. */
export async function until<T>(
  what: () => T | Promise<T>,
  why: string,
  { ms = 20_000, every = 20 }: { ms?: number; every?: number } = {},
): Promise<NonNullable<T>> {
  const latest = performance.now() + ms;
  for (;;) {
    const got = await what();
    if (got) return got;
    if (performance.now() > latest) throw new Error(`waited ${ms} ms in vain: ${why}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
