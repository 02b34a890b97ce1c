/** Small choices that this browser remembers; a storage that is full or forbidden only forgets. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`kith.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`kith.${key}`, value);
  } catch {
    // Remembering is a comfort; the choice holds for this page anyway.
  }
}
