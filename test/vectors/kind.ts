import { fromHex } from '../../main/core/codec/hex.ts';

/** What went wrong in one vector: where it stands and a sentence. */
export interface Failure {
  readonly where: string;
  readonly why: string;
}

/** What running a kind gave; `failures` holds one for each vector that failed. */
export interface Outcome {
  readonly total: number;
  readonly failures: readonly Failure[];
}

/** One format of vectors that the project's own functions are held against. */
export interface Kind {
  /** File or folder name without its ending. */
  readonly names: readonly string[];
  /** Whether a parsed file of another name has this format all the same. */
  recognises(content: unknown): boolean;
  /** @throws {MalformedError} for what is not of this format. */
  run(content: unknown): Promise<Outcome> | Outcome;
}

/** The file is not what its name promises; the message is a sentence. */
export class MalformedError extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedError(`${what} is not a list.`);
  return value;
}

export function fieldsOf(value: unknown, what: string): Fields {
  if (!isFields(value)) throw new MalformedError(`${what} is not an object.`);
  return value;
}

export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new MalformedError(`${what} is not a text.`);
  return value;
}

export function hexOf(value: unknown, what: string): Uint8Array {
  const bytes = fromHex(textOf(value, what));
  if (bytes === null) throw new MalformedError(`${what} is not hexadecimal.`);
  return bytes;
}

/** Runs each vector; one that is malformed has failed, and all later ones still run. */
export async function runEach(
  vectors: readonly unknown[],
  check: (vector: unknown, index: number) => Promise<string | null> | string | null,
): Promise<Outcome> {
  const failures: Failure[] = [];
  for (const [index, vector] of vectors.entries()) {
    const why = await checkSafely(() => check(vector, index));
    if (why !== null) failures.push({ where: `#${index}`, why });
  }
  return { total: vectors.length, failures };
}

async function checkSafely(check: () => Promise<string | null> | string | null): Promise<string | null> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof MalformedError) return error.message;
    // None of the functions under test may throw for bytes from outside.
    return `It threw: ${error instanceof Error ? error.message : String(error)}`;
  }
}
