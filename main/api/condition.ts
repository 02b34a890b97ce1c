import { sentenceFor } from '../../shared/errors.ts';
import { codeOf } from '../lib/errors.ts';
import { createFreeSpace } from '../lib/free-space.ts';
import {
  isSameFolder,
  type FolderIdentity,
  folderIdentityNow,
  folderIdentityOf,
} from '../lib/folder-identity.ts';
import { type NodeCondition, pick, REPORTED_FIELDS } from './facade.ts';
import type { Notice } from '../../shared/contract/fields.ts';
import type { NetworkStatus } from '../net/network.ts';

export interface ConditionDeps {
  readonly datadir: string;
  network(): NetworkStatus;
  /** Notices of other parts of the node for the user. */
  notices(): readonly Notice[];
  /** Monotonic milliseconds. */
  readonly ms?: () => number;
  /** Identifies the folder at a path. */
  readonly identifyFolder?: (path: string) => Promise<FolderIdentity>;
}

/** How often free disk space and the existence of the data directory are checked. */
const DISK_MS = 10_000;

/** Error codes that mean that the folder is gone; any other failure, such as permissions, does not. */
const FOLDER_GONE_CODES = new Set(['ENOENT', 'ENOTDIR']);

/** Collects what the status needs. Checks the disk in the background: a status never waits for the disk. */
export function createConditionReader(deps: ConditionDeps): () => NodeCondition {
  const { datadir, network, notices, ms = () => performance.now(), identifyFolder = folderIdentityOf } = deps;
  const goneNotice: Notice = {
    code: 'datadir-gone',
    message: sentenceFor('datadir-gone', { path: datadir }),
  };
  const datadirId = folderIdentityNow(datadir);
  const freeDiskBytes = createFreeSpace(datadir, DISK_MS, ms);
  let isGone = false;
  let lastCheckMs = -Infinity;
  let isChecking = false;

  // The open files of a moved or deleted directory keep working, so without this check the node would not report the
  // loss until it next opens a file.
  const checkDatadir = async (): Promise<void> => {
    if (datadirId === null) return;
    isGone = await identifyFolder(datadir).then(
      (now) => !isSameFolder(datadirId, now),
      (error: unknown) => FOLDER_GONE_CODES.has(codeOf(error) ?? '') || isGone,
    );
  };

  const checkFolder = () => {
    // A disk that does not answer gets no second question: each would occupy a thread that all files share.
    if (isChecking || ms() - lastCheckMs < DISK_MS) return;
    lastCheckMs = ms();
    isChecking = true;
    void checkDatadir().finally(() => (isChecking = false));
  };

  return () => {
    checkFolder();
    const status = network();
    const { reach } = status;
    return {
      ...pick(status, [...REPORTED_FIELDS, 'knownAddresses', 'strangers', 'clock']),
      reachability: reach.reachability,
      reachabilityNotice: reach.notice,
      freeDiskBytes: freeDiskBytes(),
      notices: [...(isGone ? [goneNotice] : []), ...status.notices, ...notices()],
    };
  };
}
