import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { createLanAnswers, type LanAnswer } from './mdns-answers.ts';

export interface LanDeps {
  /** What libp2p makes its parts from. */
  readonly components: object;
  /** What nodes of this network call themselves, such as `_kith-01234567._udp.local`. */
  readonly tag: string;
  /** Somebody on the local network said that it is here; a multiaddress with a peer id. */
  readonly onFound: (address: string) => void;
  readonly log: Log;
}

/** Nodes on the same local network find each other by mDNS; it tells and hears addresses, and never connects. */
export interface Lan {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const ASK_MS = 20_000;

interface Found {
  readonly detail: LanAnswer;
}

interface Mdns {
  start(): Promise<void>;
  stop(): Promise<void>;
  addEventListener(name: 'peer', listener: (event: Found) => void): void;
}

export function createLan({ components, tag, onFound, log }: LanDeps): Lan {
  const answers = createLanAnswers(onFound);
  let mdns: Mdns | undefined;

  return {
    async start() {
      try {
        const part = await import('@libp2p/mdns');
        mdns = part.mdns({ serviceTag: tag, interval: ASK_MS })(components as never) as unknown as Mdns;
        mdns.addEventListener('peer', ({ detail }) => answers.heard(detail));
        await mdns.start();
      } catch (error) {
        // Without it the node finds others all the same.
        log.info('no search on the local network', { cause: messageOf(error) });
      }
    },
    async stop() {
      answers.stop();
      await mdns?.stop().catch(() => undefined);
    },
  };
}
