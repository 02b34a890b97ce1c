import type { Notice } from '../../../shared/contract/fields.ts';
import { PROTOCOL_VERSION } from '../protocol/hello.ts';
import type { Peers } from './peers.ts';

/** Detects, from the protocol versions of peers, that this program is outdated. */
export interface NewerVersions {
  start(): void;
  stop(): void;
  notices(): readonly Notice[];
}

/** An inbound peer can claim any version. Only outbound peers count: most of them would have to lie. */
const LEAST = 2;
const MOST_REFUSED = 1000;

export function createNewerVersions({
  peers,
}: {
  readonly peers: Pick<Peers, 'events' | 'list'>;
}): NewerVersions {
  // Outbound nodes with which there is no common version any more.
  const refused = new Set<string>();
  let off: () => void = () => undefined;
  return {
    start() {
      off = peers.events.on('refused', ({ id, direction, code }) => {
        if (direction === 'outbound' && code === 'hello-version' && refused.size < MOST_REFUSED)
          refused.add(id);
      });
    },
    stop: () => off(),
    notices() {
      const all = peers.list().filter(({ direction }) => direction === 'outbound');
      const newer = all.filter(({ hello }) => hello.versionMax > PROTOCOL_VERSION).length + refused.size;
      const met = all.length + refused.size;
      if (newer < LEAST || newer * 2 <= met) return [];
      // Names no version and contains no link: a claim of a peer must not lead the user to a download.
      const message = `This version of Kith is old: ${newer} of ${met} nodes use a newer version of the protocol. Update Kith.`;
      return [{ code: 'version-old', message }];
    },
  };
}
