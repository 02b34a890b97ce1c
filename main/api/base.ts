import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/contract.ts';
import type { DraftPayment } from '../../shared/contract/payment.ts';
import type { LogLine } from '../../shared/contract/node.ts';
import type { LogLevel, Role } from '../../shared/contract/vocabulary.ts';
import type { NodeFacade, Off } from './facade.ts';
import type { BlockSummaries } from './block-summaries.ts';
import type { NetworksAccess } from './networks-access.ts';
import type { Operations } from './operations.ts';

/** What the handlers know about the client, set by the carrier. */
export interface ApiContext {
  readonly role: Role;
  /** Identifies the connection: the limits of expensive procedures are divided fairly among connections. */
  readonly caller: object;
  /**
   * Whether too much is unsent to this client. oRPC has no backpressure, so streams check this before they produce
   * another event.
   */
  congested(): boolean;
  /**
   * Desktop only: asks the user with a native dialog, which no script of the page can draw, read or press.
   * Resolves with `declined` when the dialog cannot be shown.
   */
  readonly approve?: (question: PaymentConfirmation) => Promise<Approval>;
  /**
   * Desktop only: asks with a native dialog where to save a file, writes it, and reads it again.
   */
  readonly saveFile?: (file: FileToSave) => Promise<SaveAnswer>;
}

export interface FileToSave {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** `cancelled`: by the user, or no dialog could be shown. `limited` as in {@link Approval}. */
export type SaveAnswer =
  | { readonly kind: 'saved'; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'cancelled' | 'limited' };

/** The user's answer. `limited`: the question was not shown, because too many were cancelled within a minute. */
export type Approval = 'approved' | 'declined' | 'limited';

/**
 * A payment as the node has stored it. From the page come only `pasted` and, as the page may change contacts, their names.
 */
export interface PaymentConfirmation {
  readonly wallet: string;
  readonly payment: DraftPayment;
  /** `sign`: it is signed and not sent. By default it is sent. */
  readonly purpose?: 'sign';
  /** What the user pasted as the receiver, as the page says. It can only add a warning. */
  readonly pasted?: string | undefined;
}

/** Functions of the program that runs the node: it owns the process and the log. */
export interface ProgramAccess {
  /** Asks the program to stop the node; returns immediately. */
  readonly shutdown: () => void;
  /** Asks the program to stop the node and to start it again; returns immediately. Null if this program cannot. */
  readonly restart?: (() => void) | null | undefined;
  /** The newest lines of at least this level, oldest first. */
  readonly recentLog: (limit: number, level: LogLevel) => readonly LogLine[];
  /** Calls the listener with each line of the log as it is written; it must not log. */
  readonly onLogged: (listener: (line: LogLine) => void) => Off;
}

/** Dependencies of all handlers. */
export interface HandlerDeps extends ProgramAccess {
  readonly node: NodeFacade;
  readonly summaries: BlockSummaries;
  readonly operations: Operations;
  readonly networks: NetworksAccess;
}

/** Builds handlers for the contract. It has no state, so one object serves all nodes. */
export const api = implement(contract).$context<ApiContext>();
