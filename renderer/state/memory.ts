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

/** Calls `take` when another tab of this browser changes the setting. */
export function onRemembered(key: string, take: (value: string | null) => void): void {
  window.addEventListener('storage', (event) => {
    if (event.key === `kith.${key}`) take(event.newValue);
  });
}
