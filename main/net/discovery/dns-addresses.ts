import { Resolver } from 'node:dns/promises';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { isUsefulFrom, parseAddress, peerIdOf } from '../transport/multiaddrs.ts';

/** Bootstrap nodes by name: `/dnsaddr/NAME`, whose TXT records at `_dnsaddr.NAME` say where they are now. */
export interface Names {
  /** The addresses behind all names, and the name of each; never rejects. */
  resolve(): Promise<ReadonlyMap<string, string>>;
}

export interface NamesDeps {
  /** Such as `/dnsaddr/seed.example`. */
  readonly names: readonly string[];
  /** Only addresses of this machine are of use. */
  readonly local: boolean;
  /** Instead of the system's; `127.0.0.1:5300`. */
  readonly servers?: readonly string[] | undefined;
  readonly log: Log;
}

/** One name may lead to names, but not for ever; and to so many addresses. */
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
      log.info('a name leads nowhere', { name: host, cause: messageOf(error) });
      return [];
    }
  }

  /** Who a name was given for, with the peer id at its end, must be whom it leads to. */
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
          // Nobody's name must lead into the home network of whoever looks it up.
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
