import type { SavedName } from '../../shared/saved-files.ts';

/**
 * Offers a text, a blob, or bytes as hex, as a file: the browser downloads it, the desktop app asks where to save it. Backup files
 * are offered in a browser only; the desktop app saves them itself. Returns the address under which it is offered.
 */
export function offerFile(
  name: SavedName | `${string}.kithbackup`,
  content: string | Blob | { readonly hex: string },
  type = 'application/json',
): string {
  const url = URL.createObjectURL(blobOf(content, type));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return url;
}

/** The bytes of hexadecimal text that came from the node. */
export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

function blobOf(content: string | Blob | { readonly hex: string }, type: string): Blob {
  if (content instanceof Blob) return content;
  return typeof content === 'string'
    ? new Blob([content], { type })
    : new Blob([bytesOf(content.hex)], { type: 'application/octet-stream' });
}
