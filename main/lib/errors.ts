/** The error for failures of the disk, the network or a request, and how to read thrown values. Broken rules are values instead. */

export interface KithErrorOptions {
  readonly cause?: unknown;
  /** Plain JSON facts for the sentence and for programs; never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * A failure of the disk, the network, or a request. `code` is stable (kebab-case) and is in shared/errors.ts with the
 * sentence for users; `message` is for logs and for codes without a sentence.
 */
export class KithError extends Error {
  override readonly name = 'KithError';
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: string, message: string = code, options: KithErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data;
  }
}

/** The `code` of anything thrown (Node's and LevelDB's errors have one too), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : undefined;
}

const MAX_DEPTH = 8;

/** The error and its causes, up to 8 levels deep. */
export function* causesOf(error: unknown): Generator {
  let at = error;
  for (let depth = 0; depth < MAX_DEPTH && at !== undefined; depth++) {
    yield at;
    at = typeof at === 'object' && at !== null ? (at as { cause?: unknown }).cause : undefined;
  }
}

/** The first code in the chain of causes that is in `codes`. */
export function findCode(error: unknown, codes: ReadonlySet<string>): string | undefined {
  for (const at of causesOf(error)) {
    const code = codeOf(at);
    if (code !== undefined && codes.has(code)) return code;
  }
  return undefined;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
