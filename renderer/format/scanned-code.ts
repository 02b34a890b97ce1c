/** What the text of a scanned QR code is to the screen that asked for it. */
import { isLinkProblem, parseTarget } from '../../shared/payment-link.ts';
import { createFrameCollector } from '../../shared/qr-frames.ts';
import { checkAddress } from './address.ts';

export interface ScannedCode {
  /** Why the code is of no use, as a sentence. */
  readonly problem?: string;
  /** How much was read so far, where it takes several codes. */
  readonly progress?: string;
  /** Nothing more is needed. */
  readonly isLast?: boolean;
}

/** A code that can be paid: an address or a payment link of the network with this prefix. */
export function readPayable(text: string, hrp: string, found: (text: string) => void): ScannedCode {
  const target = parseTarget(text);
  if (isLinkProblem(target)) return { problem: 'This QR code is not a payment link that can be paid here.' };
  const verdict = checkAddress(target.address, hrp);
  if (!verdict.ok) return { problem: `This QR code cannot be paid. ${verdict.sentence}` };
  found(text.trim());
  return { isLast: true };
}

/** Collects the numbered codes of a payment file (docs/formats/qr-frames.md), in any order. */
export function createFrameReader(found: (content: Uint8Array) => void): (text: string) => ScannedCode {
  const collector = createFrameCollector();
  return (text) => {
    const outcome = collector.add(text);
    const { content, progress } = collector;
    if (outcome === 'complete' && content !== null) {
      found(content);
      return { isLast: true };
    }
    if (outcome === 'added' && progress !== null)
      return { progress: `${progress.have} of ${progress.of} codes were read.` };
    return { problem: 'This QR code is no part of a payment file.' };
  };
}
