import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { createLanAnswers, type LanAnswer } from './mdns-answers.ts';

export interface LanDeps {
  /** The components of libp2p from which mDNS is created. */
  readonly components: object;
  /** The service tag of this network, such as `_kith-01234567._udp.local`. */
  readonly tag: string;
  /** A computer on the local network announced this multiaddr, which contains a peer id. */
  readonly onFound: (address: string) => void;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  readonly log: Log;
}

/** Finds nodes on the local network by mDNS. Sends and receives addresses, but never connects. */
export interface Lan {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const ASK_MS = 20_000;

interface FoundPeer {
  readonly detail: LanAnswer;
}

interface Mdns {
  start(): Promise<void>;
  stop(): Promise<void>;
  addEventListener(name: 'peer', listener: (event: FoundPeer) => void): void;
}

export function createLan({ components, tag, onFound, clock, log }: LanDeps): Lan {
  const answers = createLanAnswers(onFound, clock);
  let mdns: Mdns | undefined;

  return {
    async start() {
      try {
        const part = await import('@libp2p/mdns');
        mdns = part.mdns({ serviceTag: tag, interval: ASK_MS })(components as never) as unknown as Mdns;
        mdns.addEventListener('peer', ({ detail }) => answers.add(detail));
        await mdns.start();
      } catch (error) {
        // mDNS is optional: the node also finds peers without it.
        log.info('mDNS could not start; nodes on the local network are not found automatically', {
          cause: messageOf(error),
        });
      }
    },
    async stop() {
      answers.stop();
      await mdns?.stop().catch(() => undefined);
    },
  };
}
