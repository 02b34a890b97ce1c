import type { Connection } from '@libp2p/interface';
import type { Clock } from '../../lib/clock.ts';
import { repeat, type Repeated } from '../../lib/repeat.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import { type GroupOf, isPublic } from '../transport/multiaddrs.ts';
import type { Host } from '../transport/host.ts';
import type { Identified } from '../transport/identify.ts';
import type { Peers } from '../peers/peers.ts';
import { createAutonatClient } from './autonat-client.ts';
import { createDialBackServer } from './autonat-server.ts';
import { DIAL_BACK_PROTOCOL } from './autonat-messages.ts';
import { createHolePunching } from './hole-punching.ts';
import { createRouter } from './upnp.ts';
import { createSlots } from './relay-slots.ts';
import { assessReachability, type ReachabilityResult, type ReachFacts } from './verdict.ts';
import { createRoutes } from './routes.ts';
import { createUserTest } from './user-test.ts';

export interface ReachabilityDeps {
  readonly host: Host;
  readonly identified: Identified;
  readonly peers: Peers;
  readonly groupOf: GroupOf;
  /** Whether this node talks only to its own machine. Then reachability is not tested. */
  readonly local: boolean;
  readonly listening: boolean;
  /** The addresses at which other nodes can reach this node changed. */
  readonly moved: () => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Pick<Random, 'number'>;
}

/** Whether and how other nodes can connect to this node. Combines AutoNAT, UPnP, relays and hole punching. */
export interface Reachability {
  start(): Promise<void>;
  /** Starts slow work. Called after the host has started, which this work must not delay. */
  begin(): void;
  stop(): Promise<void>;
  /** Dials like Host.dial. @throws {KithError} as Host.dial */
  dial(address: string): Promise<Connection>;
  current(): ReachabilityResult;
  /** What was tried, and what came of it. */
  facts(): ReachFacts & { readonly testAllowedInMs: number };
  /**
   * Asks peers again to dial back. Their earlier answers count until new ones replace them.
   * @throws {KithError} `reach-tested-recently`, `reach-untestable`
   */
  test(): void;
  /** Whether this node may be a relay for a peer. */
  serves(peerId: string): boolean;
  /** Whether this node asked this relay for a reservation. */
  uses(relayId: string): boolean;
}

const TURN_MS = 2000;

export function createReachability(deps: ReachabilityDeps): Reachability {
  const { host, identified, peers, clock, random, log } = deps;
  const { internals } = host;
  const punch = createHolePunching({ internals, identified, clock, random, log });
  const routes = createRoutes({ host, punch, clock, adopt: peers.adopt });
  const asking = createAutonatClient({ ...deps, internals, id: host.idBytes });
  const slots = createSlots({
    peers,
    internals,
    addresses: host.addresses,
    isHolePunched: ({ connection }) => routes.isHolePunched(connection),
    clock,
    log,
  });
  const router = createRouter({ components: host.components, log });
  const off: (() => void)[] = [];
  let timer: Repeated | undefined;
  let said = '';
  let announced = '';

  const cameIn = () =>
    peers
      .list()
      .filter(
        (peer) =>
          peer.direction === 'inbound' && isPublic(peer.address) && !routes.isHolePunched(peer.connection),
      ).length;

  function facts(): ReachFacts {
    return {
      ...asking.findings(),
      local: deps.local,
      listening: deps.listening,
      inbound: cameIn(),
      relays: slots.count(),
      punched: routes.tally.good,
      unpunched: routes.tally.bad,
    };
  }

  const current = (): ReachabilityResult => assessReachability(facts());

  const userTest = createUserTest({ facts, askAgain: asking.askAgain, clock, log });

  async function turn(): Promise<void> {
    await asking.turn();
    const { reachability, notice } = current();
    if (said !== notice.code) log.info('reachability changed', { reachability, because: notice.code });
    said = notice.code;
    if (reachability === 'unreachable') await slots.turn();
    const addresses = host.addresses().join();
    if (announced !== addresses) deps.moved();
    announced = addresses;
  }

  return {
    async start() {
      if (deps.local) return;
      await routes.start();
      await host.handle(DIAL_BACK_PROTOCOL, 1, createDialBackServer(internals, clock), { cost: 'autonat' });
      if (!deps.listening) return;
      off.push(
        peers.events.on('handshakeCompleted', (peer) => void asking.met(peer)),
        peers.events.on('disconnected', ({ peer }) => asking.disconnected(peer.id)),
      );
      announced = host.addresses().join();
      timer = repeat(clock, TURN_MS, turn);
    },
    begin() {
      if (!deps.local && deps.listening) void router.start();
    },
    async stop() {
      timer?.cancel();
      for (const each of off) each();
      await router.stop();
    },
    dial: routes.dial,
    current,
    facts: () => ({ ...facts(), testAllowedInMs: userTest.allowedInMs() }),
    test: userTest.run,
    serves: (peerId) => current().reachability === 'reachable' && peers.get(peerId) !== undefined,
    uses: slots.uses,
  };
}
