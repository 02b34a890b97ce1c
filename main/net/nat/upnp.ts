import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';

/** Asks the router of this household to let others in (UPnP), as long as the node runs. */
export interface Router {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface RouterDeps {
  /** What libp2p makes its parts from. */
  readonly components: object;
  readonly log: Log;
}

/** How long a router keeps a port open that nobody asks for again. */
const KEEP_MS = 60 * 60_000;
const SEARCH = { everyMs: 10 * 60_000, forMs: 10_000, questionMs: 2500 } as const;

interface Part {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createRouter({ components, log }: RouterDeps): Router {
  let part: Part | undefined;
  let begun: Promise<void> = Promise.resolve();

  async function begin(): Promise<void> {
    const { uPnPNAT } = await import('@libp2p/upnp-nat');
    part = uPnPNAT({
      portMappingDescription: 'Kith',
      portMappingTTL: KEEP_MS,
      portMappingAutoRefresh: true,
      // Its own pace is a question a second for ever where no router answers.
      initialGatewaySearchInterval: SEARCH.everyMs,
      initialGatewaySearchTimeout: SEARCH.forMs,
      initialGatewaySearchMessageInterval: SEARCH.questionMs,
    })(components as never) as unknown as Part;
    await part.start();
  }

  return {
    start() {
      begun = begin().catch((error: unknown) => log.info('no router is asked', { cause: messageOf(error) }));
      return begun;
    },
    async stop() {
      await begun;
      await part?.stop().catch(() => undefined);
    },
  };
}
