/** The configuration of a node after its options were resolved, and what a started node offers. */
import type { Notice } from '../../shared/contract/fields.ts';
import type { SettingSource } from '../../shared/contract/vocabulary.ts';
import type { SettingName } from '../../shared/setting-labels.ts';
import type { NodeFacade, SettingsAccess } from '../api/facade.ts';
import type { AsnMap } from '../net/geo/asn-map.ts';
import type { Network } from '../core/params/network.ts';
import type { PasswordAttempts } from '../wallet/secrets/password-attempts.ts';
import type { Log } from '../lib/log.ts';
import type { NodeOptions } from './node-options.ts';

export interface NodeConfig {
  readonly network: Network;
  /** The data directory, which this process has already locked. */
  readonly datadir: string;
  /** Multiaddresses to listen on. If empty, no node can connect to this one. */
  readonly listen: readonly string[];
  readonly bootstrap: readonly string[];
  /** The bootstrap addresses that came from a join link. */
  readonly joined?: readonly string[] | undefined;
  /** Multiaddresses to advertise instead of those listened on. */
  readonly announce?: readonly string[] | undefined;
  /** The least work that the correct chain must have, for example from a join link. */
  readonly minimumWork?: bigint | undefined;
  /** The id of a block on that chain, named by a source that the user trusts. */
  readonly namedBlock?: string | undefined;
  /** Whether a new node starts from a snapshot and verifies the blocks below it afterwards. */
  readonly snapshotSync?: boolean | undefined;
  /** Whether own payments go to one peer first, so that their origin stays private; true by default. */
  readonly hideOrigin?: boolean | undefined;
  /** Limit on the bytes of old blocks on the disk. Without it all blocks are kept. */
  readonly pruneBytes?: number | undefined;
  /** Limit on the bytes per second that this node sends; none by default. */
  readonly maxUpload?: number | undefined;
  /** Limit on the bytes that this node sends in a calendar month; none by default. */
  readonly uploadMonth?: number | undefined;
  /**
   * Counts wrong passwords. Given where several nodes follow each other in one process, so that opening a network again does
   * not end the pause after wrong passwords.
   */
  readonly passwordAttempts?: PasswordAttempts | undefined;
  /** To which autonomous systems addresses belong. Without it network groups are prefixes. */
  readonly asnMap?: AsnMap | undefined;
  /** The file by which countries of peers are estimated; it need not exist. Without it they are unknown. */
  readonly countryData?: string | undefined;
  readonly settings: LiveSettings;
  readonly log: Log;
  /**
   * Called when the node cannot continue, because of a failing disk or a bug. The program stops the node and reports
   * the cause.
   */
  readonly onFailure: (error: unknown) => void;
}

/** The settings of a node, and what applies at the moment. */
export interface LiveSettings extends SettingsAccess {
  /** The options that apply now, including changes that need no restart. */
  current(): NodeOptions;
  /** Where the value of a setting comes from that the node started with. */
  sourceOf(name: SettingName): SettingSource;
  /** Adds a notice about a setting that could not be used. */
  report(notice: Notice): void;
}

export interface StartedNode {
  readonly facade: NodeFacade;
  stop(): Promise<void>;
}

export type CreateNode = (config: NodeConfig, signal: AbortSignal) => Promise<StartedNode>;
