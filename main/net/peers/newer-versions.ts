import type { Notice } from '../../../shared/contract/fields.ts';
import { PROTOCOL_VERSION } from '../protocol/hello.ts';
import type { Peers } from './peers.ts';

/** Detects from the protocol versions of peers that this program is outdated. */
export interface NewerVersions {
  start(): void;
  stop(): void;
  notices(): readonly Notice[];
}

/**
 * Number of outbound peers that must use a newer version. Inbound peers do not count, because they can claim any
 * version at no cost.
 */
const MIN_NEWER_PEERS = 2;
const MAX_REFUSED_PEERS = 1000;

export function createNewerVersions({
  peers,
}: {
  readonly peers: Pick<Peers, 'events' | 'list'>;
}): NewerVersions {
  // Outbound peers with which this version has no common protocol version.
  const refused = new Set<string>();
  let off: () => void = () => undefined;
  return {
    start() {
      off = peers.events.on('refused', ({ id, direction, code }) => {
        if (direction === 'outbound' && code === 'hello-version' && refused.size < MAX_REFUSED_PEERS)
          refused.add(id);
      });
    },
    stop: () => off(),
    notices() {
      const all = peers.list().filter(({ direction }) => direction === 'outbound');
      const newer = all.filter(({ hello }) => hello.versionMax > PROTOCOL_VERSION).length + refused.size;
      const met = all.length + refused.size;
      if (newer < MIN_NEWER_PEERS || newer * 2 <= met) return [];
      // The message has neither a version nor a link, so that a claim of a peer cannot lead the user to a download.
      const message = `This version of Kith is old: ${newer} of ${met} nodes use a newer version of the protocol. Update Kith.`;
      return [{ code: 'version-old', message }];
    },
  };
}
