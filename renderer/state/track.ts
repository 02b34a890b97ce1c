/** Reads runes, so that the surrounding effect runs again when they change. Does nothing with them. */
export function track(..._values: readonly unknown[]): void {
  // Reading is the only effect.
}
