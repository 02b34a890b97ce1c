import { createAlarm } from '../../lib/alarm.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import type { Host } from '../transport/host.ts';
import { peerIdOf } from '../transport/multiaddrs.ts';
import type { AddressManager } from '../peers/address-manager.ts';
import { FULL_RELAY_SLOTS } from '../peers/outbound-slots.ts';
import type { Peer } from '../peers/peer.ts';
import { createDht } from './dht.ts';
import { createLan } from './mdns.ts';
import { createNames } from './dns-addresses.ts';
import { createDuplicatePeerIdCheck } from './duplicate-peer-id-check.ts';

export interface DiscoveryDeps {
  readonly host: Pick<Host, 'components' | 'connections' | 'peerId' | 'addresses' | 'dial'>;
  readonly addrman: AddressManager;
  readonly peers: { list(): readonly Peer[] };
  /** The bootstrap addresses that are DNS names (`/dnsaddr`). */
  readonly names: readonly string[];
  readonly dnsServers?: readonly string[] | undefined;
  readonly kad: string;
  readonly serviceTag: string;
  readonly local: boolean;
  /** Whether the DHT and the search on the local network are used. */
  readonly dht: boolean;
  readonly mdns: boolean;
  readonly serves: () => boolean;
  /** Resolves when a DHT query of this peer may be answered. */
  readonly admit: (peerId: string) => Promise<void>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
  readonly log: Log;
}

/**
 * Finds addresses from DNS names, from the local network and in the DHT, besides the exchange between peers. All of
 * them go to the address manager.
 */
export interface Discovery {
  /** Starts the search in the background. */
  start(): void;
  stop(): Promise<void>;
}

const TURN_MS = 5000;
/** Pause between two DHT searches, while there are too few peers and while there are enough. */
const SEARCH_MS = { few: 30_000, enough: 10 * 60_000 };
/** Pause between two lookups of the names, while no peer is connected. */
const NAME_MS = 60_000;

export function createDiscovery(deps: DiscoveryDeps): Discovery {
  const { addrman, peers, clock, log, local } = deps;
  const names = createNames({ names: deps.names, local, servers: deps.dnsServers, log });
  const duplicates = createDuplicatePeerIdCheck({ host: deps.host, clock });
  const lan = createLan({
    components: deps.host.components,
    tag: deps.serviceTag,
    onFound: (address) => {
      if (peerIdOf(address) === deps.host.peerId) void duplicates.check(address);
      else addrman.add(address, { foundBy: 'mdns' });
    },
    clock,
    log,
  });
  const dht = createDht({
    components: deps.host.components,
    protocol: deps.kad,
    local,
    connections: deps.host.connections,
    serves: deps.serves,
    admit: deps.admit,
    onFound: (address, by) => addrman.add(address, { foundBy: 'dht', by }),
    clock,
    random: deps.random,
    log,
  });
  const alarm = createAlarm(clock, () => void search());
  let begun: Promise<void> = Promise.resolve();
  let stopped = false;
  let searched = -Infinity;
  let named = -Infinity;

  async function turn(): Promise<void> {
    const now = clock.monotonic();
    const all = peers.list();
    if (deps.names.length > 0 && all.length === 0 && now - named >= NAME_MS) {
      named = now;
      // Each name counts as one source of addresses, however many addresses it has.
      for (const [address, name] of await names.resolve()) addrman.add(address, { foundBy: 'dns', by: name });
    }
    if (deps.dht) await dht.adjust();
    const outbound = all.filter(({ direction }) => direction === 'outbound').length;
    const pause = outbound < FULL_RELAY_SLOTS ? SEARCH_MS.few : SEARCH_MS.enough;
    if (!deps.dht || all.length === 0 || now - searched < pause) return;
    searched = now;
    await dht.search();
  }

  async function begin(): Promise<void> {
    if (deps.mdns) await lan.start();
    if (deps.dht) await dht.start();
  }

  async function search(): Promise<void> {
    await turn().catch((error: unknown) => log.debug('the DHT search failed', { cause: String(error) }));
    if (!stopped) alarm.scheduleBy(nextLook());
  }

  function nextLook(): number {
    const soon = clock.monotonic() + TURN_MS;
    // The DHT is checked often, because no event reports that this node became reachable and must answer queries.
    if (deps.dht) return soon;
    return deps.names.length > 0 ? Math.max(soon, named + NAME_MS) : Infinity;
  }

  return {
    start() {
      begun = begin()
        .catch((error: unknown) =>
          log.info('mDNS or the DHT could not start; peers are found through other sources only', {
            cause: messageOf(error),
          }),
        )
        .then(search);
    },
    async stop() {
      stopped = true;
      alarm.stop();
      await begun;
      await lan.stop();
      await dht.stop();
    },
  };
}
