import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';

/** Asks the router by UPnP to forward the port, as long as the node runs. */
export interface Router {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface RouterDeps {
  /** The components of libp2p from which UPnP is created. */
  readonly components: object;
  readonly log: Log;
}

/** Lifetime of a port mapping that is not renewed. */
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
      // By default it would search once per second without end if no router answers.
      initialGatewaySearchInterval: SEARCH.everyMs,
      initialGatewaySearchTimeout: SEARCH.forMs,
      initialGatewaySearchMessageInterval: SEARCH.questionMs,
    })(components as never) as unknown as Part;
    await part.start();
  }

  return {
    start() {
      begun = begin().catch((error: unknown) =>
        log.info('UPnP could not start; no port is opened on the router automatically', {
          cause: messageOf(error),
        }),
      );
      return begun;
    },
    async stop() {
      await begun;
      await part?.stop().catch(() => undefined);
    },
  };
}
