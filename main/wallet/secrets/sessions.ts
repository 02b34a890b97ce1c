import type { Clock, Timer } from '../../lib/clock.ts';
import type { KeySecrets } from './key-secrets.ts';

/** Which wallets are unlocked, and until when. Wallets are given by their id. */
export interface Sessions {
  /**
   * Unlocks a wallet. Owns the secrets from now on, and wipes them after `seconds` (null: not by time), when the wallet
   * is locked, or at the next unlock.
   */
  unlock(id: string, secrets: KeySecrets, seconds: number | null): void;
  lock(id: string): void;
  isUnlocked(id: string): boolean;
  /** Keeps secrets to derive public keys while a restored wallet reads the chain. The wallet counts as locked. */
  hold(id: string, secrets: KeySecrets): void;
  release(id: string): void;
  /** Secrets for signing; null unless unlocked. */
  signingSecrets(id: string): KeySecrets | null;
  /** Secrets for deriving public keys, of a wallet that is unlocked or whose secrets are held. */
  derivationSecrets(id: string): KeySecrets | null;
  /**
   * Must be called after the computer was suspended, because timers may have stopped. Locks wallets whose time is
   * over.
   */
  onResume(): void;
  /** Wipes all secrets, and from now on those that are given to it: a password may be tried while the node stops. */
  close(): void;
}

export interface SessionsDeps {
  readonly clock: Pick<Clock, 'after'>;
  /** Called after a wallet was locked because its time is over. */
  locked(id: string): void;
  /** Monotonic time in milliseconds, including the time of suspension. */
  elapsedMs(): number;
}

interface Session {
  readonly secrets: KeySecrets;
  /** Infinity for a wallet that does not lock itself. */
  readonly endsAtMs: number;
  timer: Timer | null;
}

export function createSessions({ clock, locked, elapsedMs }: SessionsDeps): Sessions {
  const open = new Map<string, Session>();
  const held = new Map<string, KeySecrets>();
  let closed = false;

  const lock = (id: string) => {
    const session = open.get(id);
    if (session === undefined) return;
    session.timer?.cancel();
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
  const timerFor = (id: string, ms: number) => (ms === Infinity ? null : clock.after(ms, () => end(id)));

  return {
    unlock(id, secrets, seconds) {
      lock(id);
      if (closed) return secrets.wipe();
      const ms = seconds === null ? Infinity : seconds * 1000;
      open.set(id, { secrets, endsAtMs: elapsedMs() + ms, timer: timerFor(id, ms) });
    },
    onResume() {
      for (const [id, session] of [...open]) {
        session.timer?.cancel();
        const left = session.endsAtMs - elapsedMs();
        if (left <= 0) end(id);
        else session.timer = timerFor(id, left);
      }
    },
    lock,
    isUnlocked: (id) => open.has(id),
    hold(id, secrets) {
      release(id);
      if (closed) return secrets.wipe();
      held.set(id, secrets);
    },
    release,
    signingSecrets: (id) => open.get(id)?.secrets ?? null,
    derivationSecrets: (id) => open.get(id)?.secrets ?? held.get(id) ?? null,
    close() {
      closed = true;
      for (const id of [...open.keys()]) lock(id);
      for (const id of [...held.keys()]) release(id);
    },
  };
}
