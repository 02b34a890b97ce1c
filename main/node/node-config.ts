/** The configuration of a node after its options were resolved, and what a started node offers. */
import type { NodeFacade } from '../api/facade.ts';
import type { Network } from '../core/params/network.ts';
import type { Log } from '../lib/log.ts';

export interface NodeConfig {
  readonly network: Network;
  /** Already locked by this process. */
  readonly datadir: string;
  /** Multiaddresses; empty = no inbound connections. */
  readonly listen: readonly string[];
  readonly bootstrap: readonly string[];
  /** The bootstrap addresses that came from a join link. */
  readonly joined?: readonly string[] | undefined;
  /** Multiaddresses that are advertised instead of the listen addresses. */
  readonly announce?: readonly string[] | undefined;
  /** Minimum cumulative work of the chain, for example from a join link. */
  readonly minimumWork?: bigint | undefined;
  /** The id of a block on that chain, named by a source that the user trusts. */
  readonly namedBlock?: string | undefined;
  /** Whether a new node starts from a snapshot and verifies the blocks before it afterwards. */
  readonly snapshotSync?: boolean | undefined;
  /** Whether own payments go to one peer first, so that their origin stays private; true by default. */
  readonly hideOrigin?: boolean | undefined;
  /** Bytes that old blocks may take on the disk; without it all are kept. */
  readonly pruneBytes?: number | undefined;
  /** Bytes a second that the node may send to other nodes; unlimited if not given. */
  readonly maxUpload?: number | undefined;
  readonly log: Log;
  /** Called when the node cannot continue: a failing disk, a bug. The program stops it and reports the cause. */
  readonly onFailure: (error: unknown) => void;
}

export interface StartedNode {
  readonly facade: NodeFacade;
  stop(): Promise<void>;
}

export type CreateNode = (config: NodeConfig, signal: AbortSignal) => Promise<StartedNode>;
