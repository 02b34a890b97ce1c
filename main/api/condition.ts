import { statfs } from 'node:fs/promises';
import { sentenceFor } from '../../shared/errors.ts';
import { codeOf } from '../lib/errors.ts';
import { isSameFolder, type Place, placeNow, placeOf } from '../lib/place.ts';
import type { NodeCondition } from './facade.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import type { NetworkStatus } from '../net/network.ts';

export interface ConditionDeps {
  readonly datadir: string;
  network(): NetworkStatus;
  /** What other parts have to tell the user. */
  notices(): readonly Notice[];
  /** Monotonic milliseconds. */
  readonly ms?: () => number;
  /** Which folder a path leads to. */
  readonly look?: (path: string) => Promise<Place>;
}

/** How long a figure of free disk space, and the knowledge that the data directory is still there, are good for. */
const DISK_MS = 10_000;

/** No folder at that path; any other failure, such as one of permissions, says nothing about where it is. */
const MISSING = new Set(['ENOENT', 'ENOTDIR']);

/** Puts together what the status line needs; the disk is asked in the background, so that the answer never waits. */
export function createConditionReader(deps: ConditionDeps): () => NodeCondition {
  const { datadir, network, notices, ms = () => performance.now(), look = placeOf } = deps;
  const gone: Notice = { code: 'datadir-gone', message: sentenceFor('datadir-gone', { path: datadir }) };
  const home = placeNow(datadir);
  let freeDiskBytes: number | null = null;
  let isGone = false;
  let asked = -Infinity;

  // The open files of a directory that is moved or deleted still work, so that nothing else would notice for hours.
  const lookForHome = async (): Promise<void> => {
    if (home === null) return;
    isGone = await look(datadir).then(
      (now) => !isSameFolder(home, now),
      (error: unknown) => MISSING.has(codeOf(error) ?? '') || isGone,
    );
  };

  const askDisk = () => {
    if (ms() - asked < DISK_MS) return;
    asked = ms();
    void lookForHome();
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
    return { ...found, freeDiskBytes, notices: [...(isGone ? [gone] : []), ...around, ...notices()] };
  };
}
