/**
 * Sizes that only tests change, so that a short chain fills files and prunes them: KITH_SEGMENT_BYTES is the size of
 * one file of blocks, KITH_PRUNE_BYTES what `--prune` keeps. No program of Kith sets them.
 */
export function sizesForTests(env: Readonly<Record<string, string | undefined>>): {
  readonly segmentBytes?: number;
  readonly pruneBytes?: number;
} {
  const [segmentBytes, pruneBytes] = [read(env['KITH_SEGMENT_BYTES']), read(env['KITH_PRUNE_BYTES'])];
  return { ...(segmentBytes && { segmentBytes }), ...(pruneBytes && { pruneBytes }) };
}

function read(text: string | undefined): number | null {
  const bytes = Number(text);
  return text !== undefined && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}
