/** Settings that this browser remembers. They are lost if its storage is full or forbidden. */
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
    // Without storage the setting is valid only for this page.
  }
}
