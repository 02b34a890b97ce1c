import type { Stream } from '@libp2p/interface';
import { systemClock } from '../../../main/lib/clock.ts';
import { createFrameWriter, type FrameWriter } from '../../../main/net/protocol/frames.ts';

/** Sends one frame on a stream, for tests that send few. */
export const writeFrame = (stream: Stream, ...frame: Parameters<FrameWriter>): Promise<void> =>
  createFrameWriter(stream, systemClock)(...frame);
