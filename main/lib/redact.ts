/** Removes secrets from log data and bounds its size. */

const SECRET_KEY =
  /pass(word|phrase)|mnemonic|seed|secret|token|words|private|entropy|credential|authorization|cookie/i;
/** Twelve or more short lowercase words in a row look like a recovery phrase. */
const SEED_WORDS = /\b(?:[a-z]{3,8}\s+){11,}[a-z]{3,8}\b/g;

const MAX_TEXT = 500;
const MAX_ITEMS = 20;
const MAX_DEPTH = 4;

/** Text of at most 500 characters without a recovery phrase. */
export function redactText(text: string): string {
  const clean = text.slice(0, MAX_TEXT * 2).replace(SEED_WORDS, '[words]');
  return clean.length > MAX_TEXT || text.length > MAX_TEXT * 2 ? `${clean.slice(0, MAX_TEXT)}…` : clean;
}

/**
 * A plain JSON copy. Fields with secret names are dropped, byte arrays become their length (they may be keys), errors
 * become code and message. Depth, length and count are limited. Never throws.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object') return undefined;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[…]';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return redactList(value, depth);
  return redactFields(value, depth);
}

function redactList(list: readonly unknown[], depth: number): unknown[] {
  const kept = list.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1) ?? null);
  return list.length > MAX_ITEMS ? [...kept, `[${list.length - MAX_ITEMS} more]`] : kept;
}

function redactFields(value: object, depth: number): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value).slice(0, MAX_ITEMS)) {
    if (SECRET_KEY.test(key)) continue;
    const clean = redact(field, depth + 1);
    if (clean !== undefined) fields[key.slice(0, 60)] = clean;
  }
  return fields;
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { code, data } = error as Error & { code?: unknown; data?: unknown };
  return {
    ...(typeof code === 'string' ? { code } : { name: error.name }),
    message: redactText(error.message),
    ...(data === undefined ? {} : { data: redact(data, depth + 1) }),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
    // An error without a stable code is a bug, so its stack is logged.
    ...(typeof code === 'string'
      ? {}
      : {
          stack: error.stack
            ?.split('\n')
            .slice(1, 6)
            .map((line) => line.trim()),
        }),
  };
}
