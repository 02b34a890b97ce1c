import { statfs } from 'node:fs/promises';
import type { NodeCondition } from './facade.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import type { NetworkStatus } from '../network/network.ts';

export interface ConditionDeps {
  readonly datadir: string;
  network(): NetworkStatus;
  /** What other parts have to tell the user. */
  notices(): readonly Notice[];
}

/** How long a figure of free disk space is good for. */
const DISK_MS = 10_000;

/** Puts together what the status line needs; the disk is asked in the background, so that the answer never waits. */
export function createConditionReader({ datadir, network, notices }: ConditionDeps): () => NodeCondition {
  let freeDiskBytes: number | null = null;
  let asked = -Infinity;

  const askDisk = () => {
    if (performance.now() - asked < DISK_MS) return;
    asked = performance.now();
    statfs(datadir).then(
      ({ bavail, bsize }) => (freeDiskBytes = bavail * bsize),
      () => (freeDiskBytes = null),
    );
  };

  return () => {
    askDisk();
    const {
      phase,
      progress,
      etaSeconds,
      blocksPerSecond,
      bytesPerSecond,
      stall,
      history,
      reach,
      peers,
      knownAddresses,
      strangers,
      clock,
      notices: around,
    } = network();
    const found = {
      phase,
      progress,
      etaSeconds,
      blocksPerSecond,
      bytesPerSecond,
      stall,
      history,
      reachability: reach.reachability,
      reachabilityNotice: reach.notice,
      peers,
      knownAddresses,
      strangers,
      clock,
    };
    return { ...found, freeDiskBytes, notices: [...around, ...notices()] };
  };
}
