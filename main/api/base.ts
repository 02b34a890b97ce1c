import { implement } from '@orpc/server';
import { contract } from '../../shared/contract/contract.ts';
import type { Role } from '../../shared/contract/vocabulary.ts';
import type { NodeFacade } from './facade.ts';
import { type BlockSummaries } from './block-summaries.ts';

/** What a carrier tells the handlers about the other end. */
export interface ApiContext {
  readonly role: Role;
  /**
   * True while the carrier has more to send than it should. oRPC has no back-pressure of its own, so streams look here
   * before they make another event.
   */
  congested(): boolean;
}

/** What all handlers work on. */
export interface HandlerDeps {
  readonly node: NodeFacade;
  readonly summaries: BlockSummaries;
}

/** The contract, waiting to be implemented. Without state, so one for all. */
export const api = implement(contract).$context<ApiContext>();
