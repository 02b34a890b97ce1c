import { fault } from '../api/faults.ts';

/** Calls and subscriptions that one connection may have open at once; a page needs about ten. */
const MAX_OPEN = 256;

interface Call {
  readonly context: object;
  readonly signal?: AbortSignal | undefined;
  next(): Promise<unknown>;
}

/** Counts calls until they answer and subscriptions until they end; more than 256 on one connection are `api-busy`. */
export async function limitOpen({ next, context, signal }: Call): Promise<unknown> {
  const { calls } = context as { readonly calls: { open: number } };
  if (calls.open >= MAX_OPEN) throw fault('api-busy');
  calls.open++;
  let counted = true;
  const release = () => {
    if (counted) calls.open--;
    counted = false;
    signal?.removeEventListener('abort', release);
  };
  try {
    const output = await next();
    if (!isStream(output)) {
      release();
      return output;
    }
    // A client may leave before the stream was read at all; then only the signal says so.
    signal?.addEventListener('abort', release, { once: true });
    return counting(output, release);
  } catch (error) {
    release();
    throw error;
  }
}

async function* counting(stream: AsyncGenerator, release: () => void): AsyncGenerator {
  try {
    yield* stream;
  } finally {
    release();
  }
}

function isStream(output: unknown): output is AsyncGenerator {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}
