/** What a node is started with, once its options have been resolved. */
import type { NodeFacade } from '../api/facade.ts';
import type { Network } from '../core/params/network.ts';
import type { Log } from '../lib/log.ts';

export interface NodeConfig {
  readonly network: Network;
  /** Held by this process already. */
  readonly datadir: string;
  /** Multiaddresses; empty = no inbound connections. */
  readonly listen: readonly string[];
  readonly bootstrap: readonly string[];
  /** Of the bootstrap addresses, those that a join link named. */
  readonly joined?: readonly string[] | undefined;
  /** Multiaddresses that are announced instead of those listened on. */
  readonly announce?: readonly string[] | undefined;
  /** Cumulative work that the right chain is known to have, such as a join link names. */
  readonly minimumWork?: bigint | undefined;
  /** The id of a block on that chain, named by a source that the user trusts. */
  readonly namedBlock?: string | undefined;
  /** Whether a new node starts from a snapshot and verifies the blocks before it afterwards. */
  readonly snapshotSync?: boolean | undefined;
  /** Whether own payments go to one peer first, so that their origin stays private; true by default. */
  readonly hideOrigin?: boolean | undefined;
  /** Bytes that old blocks may take on the disk; all are kept when not given. */
  readonly pruneBytes?: number | undefined;
  /** Bytes a second that the node may send to other nodes; as many as there are when not given. */
  readonly maxUpload?: number | undefined;
  readonly log: Log;
  /** The node can't go on: a disk that fails, a bug. The program stops it and says why. */
  readonly onFailure: (error: unknown) => void;
}

export interface StartedNode {
  readonly facade: NodeFacade;
  stop(): Promise<void>;
}

export type CreateNode = (config: NodeConfig, signal: AbortSignal) => Promise<StartedNode>;
