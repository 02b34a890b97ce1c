import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/contract.ts';
import type { DraftPayment } from '../../shared/contract/wallet.ts';
import type { LogLine } from '../../shared/contract/node.ts';
import type { LogLevel, Role } from '../../shared/contract/vocabulary.ts';
import type { NodeFacade } from './facade.ts';
import type { BlockSummaries } from './block-summaries.ts';
import type { Operations } from './operations.ts';

/** What a carrier tells the handlers about the other end. */
export interface ApiContext {
  readonly role: Role;
  /** The connection: limits of expensive procedures are shared out fairly among connections. */
  readonly caller: object;
  /**
   * True while the carrier has more to send than it should. oRPC has no back-pressure of its own, so streams look here
   * before they make another event.
   */
  congested(): boolean;
  /**
   * Desktop only: asks the person with a native dialog, which no script of the page can draw, read or press.
   * Resolves with false when it can't be shown.
   */
  readonly approve?: (question: PaymentQuestion) => Promise<boolean>;
}

/** A payment as the node itself holds it; nothing in it comes from the page. */
export interface PaymentQuestion {
  readonly wallet: string;
  readonly payment: DraftPayment;
}

/** What the program around the node gives: it owns the process and the log. */
export interface ProgramAccess {
  /** Asks the program to stop the node; returns at once. */
  readonly shutdown: () => void;
  /** The newest lines of at least this level, oldest first. */
  readonly recentLog: (limit: number, level: LogLevel) => readonly LogLine[];
}

/** What all handlers work on. */
export interface HandlerDeps extends ProgramAccess {
  readonly node: NodeFacade;
  readonly summaries: BlockSummaries;
  readonly operations: Operations;
}

/** The contract, waiting to be implemented. Without state, so one for all. */
export const api = implement(contract).$context<ApiContext>();
