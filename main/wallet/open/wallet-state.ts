import type { Keyring } from '../ledger/keyring.ts';
import type { WalletFile } from '../files/wallet-file.ts';
import type { Ledger } from '../ledger/wallet-ledger.ts';

/** The current state of an open wallet. Its parts read and replace it. */
export interface WalletState {
  file: WalletFile;
  keyring: Keyring;
  ledger: Ledger;
}

/** What the parts of an open wallet share. */
export interface WalletPartDeps {
  readonly name: string;
  readonly current: WalletState;
  /** Changes fields of the file, on the disk first. */
  readonly write: (change: Partial<WalletFile>) => Promise<void>;
}
