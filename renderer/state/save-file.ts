/** Offers a text, or bytes as hex, as a file: the browser downloads it, the desktop app asks where to save it. */
export function saveFile(
  name: string,
  content: string | { readonly hex: string },
  type = 'application/json',
): void {
  const blob =
    typeof content === 'string'
      ? new Blob([content], { type })
      : new Blob([bytesOf(content.hex)], { type: 'application/octet-stream' });
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The bytes of hexadecimal text that came from the node. */
export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}
