import type { BlockArrival } from '../../shared/contract/network.ts';
import type { BlockSign } from '../../shared/contract/vocabulary.ts';
import { peerName } from './peer.ts';

type Body = NonNullable<BlockArrival['body']>;

const SIGNS: Readonly<Record<BlockSign, string>> = {
  pushed: 'pushed the compact block',
  announced: 'announced the block',
  sent: 'sent the block on request',
  claimed: 'claimed the block as its tip',
};

/** How a peer showed that it has the block. */
export const signWords = (sign: BlockSign): string => SIGNS[sign];

/** How the block came to this node: one whole sentence. */
export function pathWords(body: Body | null): string {
  if (body === null) return 'Only the header has arrived.';
  const from = body.peer === null ? 'a peer' : `peer ${peerName(body.peer)}`;
  const words: Readonly<Record<Body['path'], string>> = {
    pushed: `Pushed as a compact block by ${from}.`,
    announced: `Received in full with the announcement of ${from}.`,
    'compact-requested': `Announced, then requested as a compact block from ${from}.`,
    requested: `Requested in full from ${from}.`,
    local: 'Mined or submitted at this node.',
  };
  return words[body.path];
}

/** A delay: "0 ms", "85 ms", "3.2 s", "75 s". */
export function delayWords(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)}\u00a0ms`;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)}\u00a0s`;
}
