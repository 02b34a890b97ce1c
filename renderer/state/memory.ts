/** Settings that this browser remembers; if its storage is full or forbidden, they are lost. */
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
    // Without storage, the setting is valid for this page only.
  }
}
