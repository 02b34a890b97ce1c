import type { Notice } from '../../../shared/contract/fields.ts';
import type { Reachability } from '../../../shared/contract/vocabulary.ts';

/** The facts that decide whether other nodes can connect to this node. */
export interface ReachFacts {
  /** Whether the node listens only on loopback. */
  readonly local: boolean;
  /** Whether the node listens at all. */
  readonly listening: boolean;
  /** The TCP port that a router would have to forward; null when unknown. */
  readonly port: number | null;
  /** Number of peers that could be asked to dial back. */
  readonly askable: number;
  /** Number of network groups whose peers could dial back (`in`), and could not. */
  readonly in: number;
  readonly out: number;
  /** Number of public peers that connected to this node. */
  readonly inbound: number;
  /** The address at which peers see this node. Null if no peer has reported it. */
  readonly seenAs: string | null;
  /** Whether `seenAs` is an address of this computer itself. */
  readonly own: boolean;
  /** Whether a router reported a port mapping. */
  readonly mapped: boolean;
  /** Number of relays that forward connections to this node. */
  readonly relays: number;
  /** Number of hole punching attempts that succeeded, and that failed. */
  readonly punched: number;
  readonly unpunched: number;
}

/** Whether other nodes can connect, and a sentence with the cause and the next step. */
export interface ReachabilityResult {
  readonly reachability: Reachability;
  readonly notice: Notice;
}

/** Derives the verdict from the facts. Observed connections outrank attempts, and attempts outrank guesses. */
export function assessReachability(facts: ReachFacts): ReachabilityResult {
  if (facts.local) return verdict('local', 'reach-local', LOCAL);
  if (!facts.listening) return verdict('unreachable', 'reach-not-listening', NOT_LISTENING);
  if (facts.inbound > 0) return verdict('reachable', 'reach-inbound', INBOUND);
  if (facts.in > 0 && facts.in >= facts.out)
    return facts.mapped
      ? verdict('reachable', 'reach-mapped', MAPPED)
      : verdict('reachable', 'reach-tried', TRIED);
  if (facts.out > 0) return unreachable(facts);
  if (facts.askable === 0) return verdict('unknown', 'reach-nobody', NO_PEERS);
  return verdict('unknown', 'reach-asking', ASKING);
}

const LOCAL =
  'This node listens on this computer only, so other nodes cannot connect to it. To change that, start the node with an address to listen on.';
const NOT_LISTENING =
  'This node accepts no inbound connections, so other nodes cannot connect to it. It works with outbound connections. To help the network, start the node with an address to listen on.';
const INBOUND = 'Other nodes have connected to this node. No action is needed.';
const TRIED = 'Peers tested the address of this node and could connect. No action is needed.';
const MAPPED =
  'The router forwards connections (UPnP), and peers could connect in a test. No action is needed.';
const NO_PEERS =
  'Not known yet: a peer outside the local network must test the address of this node, and none is connected.';
const ASKING = 'Not known yet: peers are testing whether they can connect.';

function unreachable(facts: ReachFacts): ReachabilityResult {
  const port = facts.port === null ? 'its port' : `TCP port ${facts.port}`;
  if (facts.own) {
    return verdict(
      'unreachable',
      'reach-firewall',
      `Other nodes cannot connect, although this computer has a public address: a firewall probably blocks ${port}. The node works with outbound connections. ${help(facts)}To allow inbound connections, open ${port} in the firewall.`,
    );
  }
  const cause = facts.mapped
    ? 'although the router confirmed a port mapping: there is probably a second router between it and the internet'
    : `because this computer is behind a router${facts.seenAs === null ? '' : ` (public address ${facts.seenAs})`}`;
  const remedy = facts.mapped
    ? `forward ${port} in the second router too, or ask the internet provider for a public address`
    : `turn on UPnP in the router, or forward ${port} to this computer`;
  return verdict(
    'unreachable',
    facts.mapped ? 'reach-second-router' : 'reach-router',
    `Other nodes cannot connect, ${cause}. The node works with outbound connections. ${help(facts)}To allow inbound connections, ${remedy}.`,
  );
}

function help({ relays, punched, unpunched }: ReachFacts): string {
  if (relays === 0) return '';
  const by = relays === 1 ? 'a relay' : `${relays} relays`;
  if (punched === 0 && unpunched > 0)
    return `Peers can find it through ${by}, but direct connections failed: the router probably maps every connection to another port. `;
  return `Peers find it through ${by} and then connect directly. `;
}

function verdict(reachability: Reachability, code: string, message: string): ReachabilityResult {
  return { reachability, notice: { code, message } };
}
