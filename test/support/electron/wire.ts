/** What travels between this process and a page's isolated world: JSON, with bytes marked. */
export type ToWorld =
  | {
      readonly kind: 'message';
      readonly channel: string;
      readonly message: unknown;
      readonly ports: number[];
    }
  | { readonly kind: 'data'; readonly port: number; readonly data: unknown }
  | { readonly kind: 'close'; readonly port: number };

export type FromWorld =
  | { readonly kind: 'data'; readonly port: number; readonly data: unknown }
  | { readonly kind: 'close'; readonly port: number };

interface Bytes {
  readonly $bytes: string;
}

/** Bytes as base64; everything else must be JSON already. */
export function pack(value: unknown): unknown {
  if (value instanceof ArrayBuffer) return pack(new Uint8Array(value));
  return value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString('base64') } : value;
}

export function unpack(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$bytes' in value)) return value;
  return new Uint8Array(Buffer.from((value as Bytes).$bytes, 'base64'));
}
