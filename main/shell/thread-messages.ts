import type { MessagePort } from 'node:worker_threads';
import type { DraftPayment } from '../../shared/contract/wallet.ts';

/** What the node's thread is started with. */
export interface NodeThreadConfig {
  /** A built-in network's name or the path of a network file. */
  readonly network: string;
  readonly datadir: string;
  readonly listen: readonly string[];
  readonly bootstrap: readonly string[];
}

/** A payment as the node itself holds it; nothing in it comes from the page. */
export interface ConfirmRequest {
  readonly wallet: string;
  readonly payment: DraftPayment;
}

/** From Electron's main thread to the node's thread. */
export type ToNode =
  /** A new page: serve the contract on this port. */
  | { readonly kind: 'page'; readonly port: MessagePort }
  /** What the person at the dialog said. */
  | { readonly kind: 'answer'; readonly question: number; readonly yes: boolean }
  | { readonly kind: 'stop' };

/** From the node's thread. */
export type FromNode =
  /** `addresses`: where others on the network reach it. */
  | { readonly kind: 'ready'; readonly addresses: readonly string[] }
  /** It can't start, and trying again by itself would not help. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'ask'; readonly question: number; readonly request: ConfirmRequest }
  | { readonly kind: 'stopped' };
