/**
 * Whether a text that was read from the clipboard is the one that was copied. Chromium ends lines with CR LF on Windows when it
 * copies a text.
 */
export function isSameCopy(read: string, copied: string): boolean {
  return withPlainLineEnds(read) === withPlainLineEnds(copied);
}

const withPlainLineEnds = (text: string): string => text.replaceAll('\r\n', '\n');
