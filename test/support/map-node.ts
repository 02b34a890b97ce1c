import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Peer } from '../../shared/contract/peers.ts';
import { systemClock } from '../../main/lib/clock.ts';
import { encodeCountryData } from '../../main/net/geo/country-data.ts';
import { createCountries } from '../../main/net/geo/countries.ts';
import { createAddressCounts } from '../../main/net/peers/address-counts.ts';
import { type AddressManager, createAddressManager } from '../../main/net/peers/address-manager.ts';
import { netgroupOf } from '../../main/net/transport/multiaddrs.ts';
import { createMemoryStore } from '../../main/net/peers/peer-store.ts';
import { createNode } from '../../main/node/node.ts';
import { NODE_OPTIONS } from '../../main/node/node-options.ts';
import { resolveOptions } from '../../main/node/resolve-options.ts';
import { runNode, type RunningNode } from '../../main/node/run-node.ts';
import { silent } from './chain/test-chain.ts';
import { createRandom } from './random.ts';

/** A peer id that no node has. */
const ID = '12D3KooWAuBk9Nx5CpGPq7WCrNaxoF367nicnQz5UTE2pNQ2ZHuX';
const PAGE = fileURLToPath(new URL('../../out/renderer', import.meta.url));

export interface MapNodeOptions {
  /** Its own folder. */
  readonly folder: string;
  readonly bootstrap?: readonly string[];
  /** Country data: `none`, a small file of this module's, or a file. */
  readonly countries: 'none' | 'small' | { readonly file: string };
  /** Fills an address manager, of which the map shows the counts. */
  readonly fill?: (addrman: AddressManager) => void;
  /** Countries in which the map shows the peers, in their order, as if they had public addresses there. */
  readonly peersIn?: readonly string[];
  /** More peers than the node has. */
  readonly peers?: (real: readonly Peer[]) => readonly Peer[];
}

export interface MapNode {
  readonly running: RunningNode;
  readonly api: string;
  readonly tokenFile: string;
  stop(): Promise<void>;
}

/**
 * A real node in this process, with its page, for tests of the map. Its known addresses are those of an address manager that nothing
 * dials: the tests of public addresses must not connect to them. All its connections are on loopback, so where the map needs peers
 * in countries, the addresses of its real peers are shown as public ones.
 */
export async function startMapNode(options: MapNodeOptions): Promise<MapNode> {
  const { folder, bootstrap = [], fill = () => undefined } = options;
  cpSync(PAGE, path.join(folder, 'renderer'), { recursive: true });
  const data = path.join(folder, 'countries.bin');
  if (options.countries === 'small') writeFileSync(data, smallCountryData());
  else if (options.countries !== 'none') cpSync(options.countries.file, data);
  const addrman = createAddressManager({
    store: createMemoryStore(silent),
    clock: systemClock,
    random: createRandom(5),
    groupOf: netgroupOf,
  });
  fill(addrman);
  const counts = createAddressCounts({ addrman, bootstrap: [], groupOf: netgroupOf, clock: systemClock });
  const countries = createCountries(data, silent);
  const shown = (list: readonly Peer[]): readonly Peer[] => {
    const placed = list.map((peer, i): Peer => {
      const country = options.peersIn?.[i];
      return country === undefined ? peer : { ...peer, country, addressType: 'public', group: `44.${i}` };
    });
    return options.peers?.(placed) ?? placed;
  };
  const running = await runNode(
    await resolveOptions(
      NODE_OPTIONS.parse({
        network: 'local',
        datadir: path.join(folder, 'data'),
        apiPort: 0,
        listen: ['/ip4/127.0.0.1/tcp/0'],
        bootstrap: [...bootstrap],
      }),
    ),
    {
      page: path.join(folder, 'renderer'),
      console: null,
      signal: new AbortController().signal,
      onShutdown: () => undefined,
      onFailure: (error) => {
        throw error;
      },
      async createNode(config, signal) {
        const node = await createNode(config, signal);
        const { facade } = node;
        const peers = { ...facade.peers, list: () => shown(facade.peers.list()) };
        const knownAddresses = async () => {
          await countries.origin();
          return { ...(await counts(countries.of)), ownCountry: options.peersIn ? 'DE' : null };
        };
        return { ...node, facade: { ...facade, peers, knownAddresses } };
      },
    },
  );
  const { api, tokenFile } = running.place!;
  return { running, api, tokenFile, stop: running.stop };
}

/** The first number of the addresses of some countries in the small file. */
const SMALL = { 44: 'US', 45: 'DE', 46: 'JP', 47: 'BR', 48: 'SG' } as const;

function smallCountryData(): Uint8Array {
  const ranges = Object.entries(SMALL).map(([first, country]) => ({
    start: Number(first) * 2 ** 24,
    country,
  }));
  return encodeCountryData(
    { source: 'a test', licence: 'CC0', date: '2026-11-30' },
    [...ranges, { start: 49 * 2 ** 24, country: null }],
    [],
  );
}

/** Adds this many addresses of the small file's countries, each from a group of its own, learnt from some other groups. */
export function fillWithPublic(addrman: AddressManager, count: number): void {
  const random = createRandom(11);
  const below = (most: number) => Math.floor(random.number() * most);
  for (let tries = 0; addrman.size < count && tries < 20 * count; tries++) {
    const ip = `${44 + below(5)}.${below(256)}.${below(256)}.${1 + below(250)}`;
    const by = `/ip4/${44 + below(5)}.${below(40)}.1.1/tcp/21474`;
    addrman.add(`/ip4/${ip}/tcp/21474/p2p/${ID}`, { foundBy: 'exchange', by });
  }
}
