/** Most bytes of a password: of its UTF-8 form after NFKD, which is what the key is derived from. */
export const MAX_PASSWORD_BYTES = 1024;

/** Most bytes of the optional passphrase of a recovery phrase, counted in the same way. */
export const MAX_PASSPHRASE_BYTES = 4096;

/** How many bytes a password takes, see {@link MAX_PASSWORD_BYTES}. Between 1 and about 33 for a character. */
export function passwordBytes(password: string): number {
  return new TextEncoder().encode(password.normalize('NFKD')).length;
}
