import { Resolver } from 'node:dns/promises';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { isUsefulFrom, parseAddress, peerIdOf } from '../transport/multiaddrs.ts';

/** Resolves bootstrap names: `/dnsaddr/NAME`, whose TXT records at `_dnsaddr.NAME` contain addresses. */
export interface Names {
  /** The addresses of all names, each with the name that it came from. Never rejects. */
  resolve(): Promise<ReadonlyMap<string, string>>;
}

export interface NamesDeps {
  /** Names such as `/dnsaddr/seed.example`. */
  readonly names: readonly string[];
  /** Whether only addresses of this machine are useful. */
  readonly local: boolean;
  /** DNS servers such as `127.0.0.1:5300`; those of the system by default. */
  readonly servers?: readonly string[] | undefined;
  readonly log: Log;
}

/** How many further names a name may lead to in a row, and the limits on questions and addresses per name. */
export const DNS_LIMITS = { depth: 2, questions: 8, addresses: 16 } as const;
const ANSWER_MS = 5000;

export function isName(address: string): boolean {
  return address.startsWith('/dnsaddr/');
}

export function createNames({ names, local, servers, log }: NamesDeps): Names {
  const resolver = new Resolver({ timeout: ANSWER_MS, tries: 2 });
  if (servers !== undefined) resolver.setServers([...servers]);

  async function texts(name: string): Promise<string[]> {
    const host = /^\/dnsaddr\/([^/]+)/.exec(name)?.[1] ?? '';
    try {
      const records = await resolver.resolveTxt(`_dnsaddr.${host}`);
      return records.map((parts) => parts.join('')).filter((text) => text.startsWith('dnsaddr='));
    } catch (error) {
      log.info('a bootstrap name could not be resolved', { name: host, cause: messageOf(error) });
      return [];
    }
  }

  /** Whether an address belongs to a name. A name that ends with a peer id only has addresses of that peer. */
  function fits(address: string, peerId: string | null): boolean {
    return peerId === null || peerIdOf(address) === peerId;
  }

  async function open(name: string): Promise<string[]> {
    const peerId = peerIdOf(name);
    const found: string[] = [];
    let questions = 0;
    let level = [name];
    for (let depth = 0; depth <= DNS_LIMITS.depth && level.length > 0; depth++) {
      const next: string[] = [];
      for (const each of level) {
        if (questions++ >= DNS_LIMITS.questions) break;
        for (const text of await texts(each)) {
          const address = text.slice('dnsaddr='.length);
          if (parseAddress(address) === null || !fits(address, peerId)) continue;
          if (isName(address)) next.push(address);
          // A public name must not lead into the local network of the node that looks it up.
          else if (peerIdOf(address) !== null && isUsefulFrom('', address, local)) found.push(address);
        }
      }
      level = next;
    }
    return found.slice(0, DNS_LIMITS.addresses);
  }

  return {
    async resolve() {
      const found = new Map<string, string>();
      for (const name of names) for (const address of await open(name)) found.set(address, name);
      return found;
    },
  };
}
