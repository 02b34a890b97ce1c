import type { KeySecrets } from './key-secrets.ts';

/** Which wallets are open, and for how long. Keyed by the wallet's id. */
export interface Sessions {
  /** Takes the secrets over; they are wiped after `seconds`, or when another unlock or a lock comes. */
  unlock(id: string, secrets: KeySecrets, seconds: number): void;
  lock(id: string): void;
  isUnlocked(id: string): boolean;
  /** Keeps secrets for making public keys while a restored wallet is read from the chain. It counts as locked. */
  hold(id: string, secrets: KeySecrets): void;
  release(id: string): void;
  /** For signing: only while unlocked. */
  unlocked(id: string): KeySecrets | null;
  /** For making public keys. */
  any(id: string): KeySecrets | null;
  /** Wipes everything. */
  close(): void;
}

/** `locked` is called when time locked a wallet. */
export function createSessions(locked: (id: string) => void): Sessions {
  const open = new Map<string, { readonly secrets: KeySecrets; readonly timer: NodeJS.Timeout }>();
  const held = new Map<string, KeySecrets>();

  const lock = (id: string) => {
    const session = open.get(id);
    if (session === undefined) return;
    clearTimeout(session.timer);
    session.secrets.wipe();
    open.delete(id);
  };
  const release = (id: string) => {
    held.get(id)?.wipe();
    held.delete(id);
  };

  return {
    unlock(id, secrets, seconds) {
      lock(id);
      const end = () => {
        lock(id);
        locked(id);
      };
      open.set(id, { secrets, timer: setTimeout(end, seconds * 1000).unref() });
    },
    lock,
    isUnlocked: (id) => open.has(id),
    hold(id, secrets) {
      release(id);
      held.set(id, secrets);
    },
    release,
    unlocked: (id) => open.get(id)?.secrets ?? null,
    any: (id) => open.get(id)?.secrets ?? held.get(id) ?? null,
    close() {
      for (const id of [...open.keys()]) lock(id);
      for (const id of [...held.keys()]) release(id);
    },
  };
}
