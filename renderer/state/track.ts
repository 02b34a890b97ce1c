/** Reads runes so that the effect around it runs again when they change; does nothing with them. */
export function track(..._values: readonly unknown[]): void {
  // Reading is the only effect.
}
