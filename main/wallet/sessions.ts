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
  /** The computer was suspended, during which timers may stand still: locks what would be locked by now. */
  woke(): void;
  /** Wipes everything. */
  close(): void;
}

export interface SessionsDeps {
  /** Time has locked a wallet. */
  locked(id: string): void;
  /** Monotonic milliseconds that go on while the computer is suspended. */
  elapsedMs(): number;
}

interface Session {
  readonly secrets: KeySecrets;
  readonly endsAtMs: number;
  timer: NodeJS.Timeout;
}

export function createSessions({ locked, elapsedMs }: SessionsDeps): Sessions {
  const open = new Map<string, Session>();
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

  const end = (id: string) => {
    lock(id);
    locked(id);
  };
  const timerFor = (id: string, ms: number) => setTimeout(end, ms, id).unref();

  return {
    unlock(id, secrets, seconds) {
      lock(id);
      const ms = seconds * 1000;
      open.set(id, { secrets, endsAtMs: elapsedMs() + ms, timer: timerFor(id, ms) });
    },
    woke() {
      for (const [id, session] of [...open]) {
        clearTimeout(session.timer);
        const left = session.endsAtMs - elapsedMs();
        if (left <= 0) end(id);
        else session.timer = timerFor(id, left);
      }
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
