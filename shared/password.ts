/** Maximum length of a password in bytes of UTF-8 after NFKD, from which the key is derived. */
export const MAX_PASSWORD_BYTES = 1024;

/** Maximum length of the optional passphrase of a recovery phrase, counted in the same way. */
export const MAX_PASSPHRASE_BYTES = 4096;

/** Length of a password in bytes, see {@link MAX_PASSWORD_BYTES}. 1 to about 33 bytes per character. */
export function passwordBytes(password: string): number {
  return new TextEncoder().encode(password.normalize('NFKD')).length;
}
