import type { Notice } from '../../../shared/contract/fields.ts';
import type { Reachability } from '../../../shared/contract/vocabulary.ts';

/** All facts that decide whether other nodes can connect to this node. */
export interface ReachFacts {
  /** The node listens on loopback only. */
  readonly local: boolean;
  /** The node listens at all. */
  readonly listening: boolean;
  /** The TCP port that a router would have to forward; null when unknown. */
  readonly port: number | null;
  /** Number of peers that could be asked to dial back. */
  readonly askable: number;
  /** Network groups whose peers could, and could not, dial back. */
  readonly in: number;
  readonly out: number;
  /** Number of public peers that connected on their own. */
  readonly inbound: number;
  /** The address at which peers see this node; null before any reported it. */
  readonly seenAs: string | null;
  /** `seenAs` is an address of this computer itself. */
  readonly own: boolean;
  /** A router reported a port mapping. */
  readonly mapped: boolean;
  /** Relays that forward connections to this node. */
  readonly relays: number;
  /** Hole punching attempts that succeeded, and that failed. */
  readonly punched: number;
  readonly unpunched: number;
}

/** Whether other nodes can connect, and a sentence with the cause and the next step. */
export interface Verdict {
  readonly reachability: Reachability;
  readonly notice: Notice;
}

/** Pure. What happened outranks what was tried, and what was tried outranks what is likely. */
export function reachVerdict(facts: ReachFacts): Verdict {
  if (facts.local) return verdict('local', 'reach-local', LOCAL);
  if (!facts.listening) return verdict('unreachable', 'reach-not-listening', NOT_LISTENING);
  if (facts.inbound > 0) return verdict('reachable', 'reach-inbound', INBOUND);
  if (facts.in > 0 && facts.in >= facts.out)
    return facts.mapped
      ? verdict('reachable', 'reach-mapped', MAPPED)
      : verdict('reachable', 'reach-tried', TRIED);
  if (facts.out > 0) return unreachable(facts);
  if (facts.askable === 0) return verdict('unknown', 'reach-nobody', NOBODY);
  return verdict('unknown', 'reach-asking', ASKING);
}

const LOCAL =
  'This node listens on this computer only, so nobody outside can connect. To change that, start it with another --listen.';
const NOT_LISTENING =
  'This node does not listen, so others cannot connect to it. It works all the same; start it with --listen to help the network more.';
const INBOUND = 'Other nodes connect to this one by themselves. Nothing needs to be done.';
const TRIED = 'Peers that were asked to try could connect to this node. Nothing needs to be done.';
const MAPPED =
  'The router lets others in (UPnP), and peers that were asked to try could connect. Nothing needs to be done.';
const NOBODY = 'Not known yet: it takes a peer outside to find out, and none is connected.';
const ASKING = 'Not known yet: peers are being asked to try.';

function unreachable(facts: ReachFacts): Verdict {
  const port = facts.port === null ? 'its port' : `TCP port ${facts.port}`;
  if (facts.own) {
    return verdict(
      'unreachable',
      'reach-firewall',
      `Others cannot connect, although this computer has an address of its own outside: a firewall seems to close ${port}. The node works all the same. ${help(facts)}To let others in, open ${port} in the firewall.`,
    );
  }
  const cause = facts.mapped
    ? 'although the router says that it lets others in: there is probably a second router before it'
    : `because this computer is behind a router${facts.seenAs === null ? '' : ` (${facts.seenAs} outside)`}`;
  const remedy = facts.mapped
    ? `forward ${port} in that one, too, or ask the provider for an address of your own`
    : `turn on UPnP in the router, or forward ${port} in it to this computer`;
  return verdict(
    'unreachable',
    facts.mapped ? 'reach-second-router' : 'reach-router',
    `Others cannot connect, ${cause}. The node works all the same with the connections that it makes. ${help(facts)}To let others in, ${remedy}.`,
  );
}

function help({ relays, punched, unpunched }: ReachFacts): string {
  if (relays === 0) return '';
  const by = relays === 1 ? 'a relay' : `${relays} relays`;
  if (punched === 0 && unpunched > 0)
    return `It can be found through ${by}, but no direct way could be opened: the router seems to give every connection another port. `;
  return `Others find it through ${by} and then get a direct way. `;
}

function verdict(reachability: Reachability, code: string, message: string): Verdict {
  return { reachability, notice: { code, message } };
}
