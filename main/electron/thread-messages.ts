import type { MessagePort } from 'node:worker_threads';
import type { Approval, FileToSave, PaymentConfirmation, SaveAnswer } from '../api/base.ts';
import type { NodeOptions } from '../node/node-options.ts';

/** What the node's thread is started with. */
export interface ThreadData {
  readonly options: NodeOptions;
  /** Folder of the built page. */
  readonly page: string;
}

/** From Electron's main thread to the node's thread. */
export type ToNode =
  /** The data may be used from now on. `root`: the networks of this computer are below it, unless the options name a network. */
  | { readonly kind: 'begin'; readonly root: string }
  /** A new page: serve the contract on this port. */
  | { readonly kind: 'page'; readonly port: MessagePort }
  /** The user's answer to a dialog. */
  | { readonly kind: 'answer'; readonly id: number; readonly approval: Approval }
  | { readonly kind: 'saved'; readonly id: number; readonly answer: SaveAnswer }
  /** The other nodes of the demo have stopped, and its folder is deleted. */
  | { readonly kind: 'demo-stopped' }
  | { readonly kind: 'stop' };

/** From the node's thread. */
export type FromNode =
  /** `addresses`: where other nodes can connect. */
  | { readonly kind: 'ready'; readonly addresses: readonly string[] }
  /** The node cannot start, and a restart would not help. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'ask'; readonly id: number; readonly question: PaymentConfirmation }
  | { readonly kind: 'save'; readonly id: number; readonly file: FileToSave }
  /** The user's node of the demo runs: start the remaining nodes. `addresses`: where they connect. */
  | { readonly kind: 'demo'; readonly folder: string; readonly addresses: readonly string[] }
  /** Where the demo pays the user; null without a wallet. */
  | { readonly kind: 'demo-receiver'; readonly address: string | null }
  | { readonly kind: 'stop-demo' }
  /** The page requested the shutdown. */
  | { readonly kind: 'shutdown' };
